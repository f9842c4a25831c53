-- One row per area, calendar year and breakdown of one file on EHC plans.
select
    submission_id,
    time_period,
    lower(geographic_level) as geographic_level,
    region_name,
    area_code,
    dfe_code,
    breakdown_topic,
    pct_of_all,
    pct_without_exceptions
from {{ source('benchmarks', 'ehc_timeliness') }}
