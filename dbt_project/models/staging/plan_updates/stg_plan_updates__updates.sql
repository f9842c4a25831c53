-- One row per action and day of one update.
select
    submission_id,
    row_id,
    action as action_id,
    update_date as as_at_date,
    status,
    rag,
    progress,
    risk,
    supplied_by,
    released_by
from {{ source('plan_updates', 'updates') }}
where has_update
