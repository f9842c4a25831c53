-- One row per indicator and day of one comment of its owner.
select
    submission_id,
    row_id,
    indicator as indicator_id,
    comment_date as as_at_date,
    comment,
    supplied_by,
    released_by
from {{ source('plan_updates', 'comments') }}
where has_comment
