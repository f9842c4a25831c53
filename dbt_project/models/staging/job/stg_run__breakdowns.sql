-- One row per indicator and breakdown in which it is issued.
select
    indicator_id,
    breakdown
from {{ source('run', 'breakdowns') }}
