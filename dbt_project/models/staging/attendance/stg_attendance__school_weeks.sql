-- One row per school, phase and week of one extract.
select
    submission_id,
    row_id,
    urn,
    cast(la_code as string) as dfe_code,
    week_date,
    phase,
    possible_sessions,
    attended_sessions
from {{ source('attendance', 'school_weeks') }}
where has_school_week
