-- One row per figure of the published warehouse, while this one is built.
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
    population_year,
    status,
    status_reason,
    source,
    first_reported_value,
    is_provisional
from {{ source('run', 'last_values') }}
