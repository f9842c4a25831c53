-- One row per review of a looked-after child of one SSDA903 version.
select
    submission_id,
    row_id,
    child_key,
    review_date
from {{ source('ssda903', 'reviews') }}
where has_review
