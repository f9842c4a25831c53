-- One row per assessment of one SEN2 submission.
select
    submission_id,
    row_id,
    request_key,
    outcome_code,
    coalesce(has_exception, false) as has_exception
from {{ source('sen2', 'assessment') }}
where has_assessment
