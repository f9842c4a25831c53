-- One row per row of DfE's year-to-date file.
select
    submission_id,
    row_id,
    geographic_level,
    area_code,
    dfe_code,
    period,
    lower(time_frame) as time_frame,
    lower(phase) as phase,
    attended_sessions,
    possible_sessions
from {{ source('attendance', 'year_to_date') }}
