-- One row per figure and run that published it otherwise than the run before.
select
    indicator_id,
    area_code,
    basis,
    period_end,
    breakdown,
    breakdown_value,
    numerator,
    denominator,
    value,
    share_of_rate,
    status,
    run_id,
    run_number
from {{ source('run', 'vintages') }}
