-- One row per source: who answers for its records, and in how many days.
select
    source,
    owner,
    days_to_answer
from {{ source('run', 'owners') }}
