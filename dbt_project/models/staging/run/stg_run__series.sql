-- One row per published series that an indicator is compared with.
select
    indicator_id,
    series_id,
    basis
from {{ source('run', 'series') }}
