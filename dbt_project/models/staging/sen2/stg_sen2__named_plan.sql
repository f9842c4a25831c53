-- One row per plan or amendment of one SEN2 submission.
select
    submission_id,
    row_id,
    request_key,
    start_date,
    cease_date
from {{ source('sen2', 'named_plan') }}
where has_plan
