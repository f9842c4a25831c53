-- One row per area and mid-year estimate of one population file.
select
    submission_id,
    row_id,
    year as mid_year,
    geographic_level,
    old_la_code as dfe_code,
    new_la_code as area_code,
    population_estimate as population
from {{ source('population', 'estimates') }}
