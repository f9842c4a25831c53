-- One row per request with a plan in force of one SEN2 submission.
select
    submission_id,
    row_id,
    request_key,
    transferred_from_key
from {{ source('sen2', 'active_plans') }}
where has_active_plan
