-- One row per SSDA903 episode of care that has not been withdrawn, short breaks
-- (V3, V4) included.
{{ resolve_intervals(
    entity='episode',
    relations=[ref('stg_ssda903__episodes')],
    key=['child_key', 'start_date'],
    columns=[
        'child_key', 'start_date', 'end_date', 'reason_for_new_episode_code',
        'legal_status_code', 'placement_type_code', 'end_reason_code',
        'unreadable_columns'
    ]
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    held_as_at,
    child_key,
    start_date,
    end_date,
    reason_for_new_episode_code,
    legal_status_code,
    placement_type_code,
    end_reason_code,
    unreadable_columns
from resolved
