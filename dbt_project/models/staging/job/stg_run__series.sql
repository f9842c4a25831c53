-- One row per published series that an indicator is compared with.
select
    indicator_id,
    series_id,
    basis,
    published_series,
    transform,
    minus_series,
    minus_area,
    suspended_by
from {{ source('run', 'series') }}
