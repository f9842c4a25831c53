-- One row per series, area and period of one Interactive Tool file.
select
    submission_id,
    row_id,
    series_id,
    area_name,
    cast(la_number as string) as dfe_code,
    trim(published_period) as published_period,
    trim(published_value) as published_value
from {{ source('benchmarks', 'lait_long') }}
