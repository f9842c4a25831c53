-- One row per indicator of the registry (dbt_project/indicators).
select *
from {{ source('run', 'indicators') }}
