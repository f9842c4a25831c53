-- One row per source: who answers for its records, and in how many working
-- days.
select
    source,
    owner,
    working_days_to_answer
from {{ source('run', 'owners') }}
