-- One row per looked-after child, term, school and plan meeting of one
-- extract.
select
    submission_id,
    row_id,
    child_key,
    upn_key as pupil_key,
    birth_date,
    academic_year,
    term,
    nc_year,
    school_urn,
    looked_after_from,
    looked_after_to,
    due_date,
    meeting_date,
    completed_date,
    lower(quality_rating) as quality_rating,
    possible_sessions,
    attended_sessions
from {{ source('epep', 'plans') }}
where has_plan
