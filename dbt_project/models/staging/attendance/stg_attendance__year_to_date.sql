-- One row per row of DfE's year-to-date file.
select
    submission_id,
    row_id,
    area_code,
    dfe_code,
    lower(time_frame) as time_frame,
    lower(phase) as phase,
    attended_sessions,
    possible_sessions
from {{ source('attendance', 'year_to_date') }}
