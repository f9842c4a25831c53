-- One row per episode of care of one SSDA903 version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    start_date,
    end_date,
    reason_for_new_episode_code,
    legal_status_code,
    placement_type_code,
    end_reason_code
from {{ source('ssda903', 'episodes') }}
where has_episode
