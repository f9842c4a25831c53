-- One row per indicator and basis on which it is issued.
select
    indicator_id,
    basis
from {{ source('run', 'bases') }}
