-- One row per figure ever published, with the value first published for it.
select
    indicator_id,
    area_code,
    basis,
    period_end,
    breakdown,
    breakdown_value,
    first_reported_value
from {{ source('run', 'first_reported') }}
