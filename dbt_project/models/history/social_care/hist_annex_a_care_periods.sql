-- One row per period of care of Annex A list 8 that no later list 8 has
-- withdrawn. Gives a chain of episodes its start, and children in need by the
-- lists alone; the periods themselves are resolved in hist_periods_of_care.
{{ resolve_intervals(
    entity='annex_a_care_period',
    relations=[ref('stg_annex_a__list_8')],
    key=['child_key', 'start_date'],
    columns=[
        'child_key', 'start_date', 'end_date', 'legal_status_code', 'need_code',
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
    need_code
from resolved
where
    (legal_status_code is null or legal_status_code not in ('V3', 'V4'))
    and not {{ is_unread(['legal_status_code']) }}
