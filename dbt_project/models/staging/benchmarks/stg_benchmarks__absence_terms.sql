-- One row per area, academic year, term and type of school of one file on
-- absence.
select
    submission_id,
    time_period,
    lower(geographic_level) as geographic_level,
    region_name,
    area_code,
    dfe_code,
    school_type,
    term,
    possible_sessions,
    absent_sessions
from {{ source('benchmarks', 'absence_terms') }}
