-- One row per period of care that has not been withdrawn: SSDA903 chains and
-- Annex A list 8 periods, one entity where child and start agree. Short breaks
-- (V3, V4) are no periods of care.
{{ resolve_intervals(
    entity='period_of_care',
    relations=[ref('hist_ssda903_holdings'), ref('hist_list_8_holdings')],
    key=['child_key', 'start_date'],
    columns=[
        'child_key', 'start_date', 'end_date', 'end_reason_code',
        'legal_status_code', 'is_unread', 'is_end_unread', 'is_start_known',
        'last_episode_date',
        'row_start_date', 'row_end_date', 'describes_period'
    ],
    newest_by=['last_episode_date'],
    row_end='row_end_date',
    describes='describes_period',
    holds="(
                newest.end_date is null
                or holders.row_start_date < newest.end_date
            )"
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
    end_reason_code,
    is_start_known,
    is_unread,
    is_end_unread
from resolved
where legal_status_code is null or legal_status_code not in ('V3', 'V4')
