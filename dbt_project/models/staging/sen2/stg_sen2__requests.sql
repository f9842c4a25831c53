-- One row per request for an assessment of one SEN2 submission.
select
    submission_id,
    row_id,
    request_key,
    person_key,
    received_date,
    outcome_code
from {{ source('sen2', 'requests') }}
where has_request
