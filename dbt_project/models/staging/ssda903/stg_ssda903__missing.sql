-- One row per missing or away incident of one SSDA903 version.
select
    submission_id,
    row_id,
    child_key,
    missing_type_code,
    start_date,
    end_date
from {{ source('ssda903', 'missing') }}
where has_incident
