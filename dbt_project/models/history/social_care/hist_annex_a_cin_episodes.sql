-- One row per child in need episode of Annex A list 6 that no later list 6 has
-- withdrawn. Children in need are counted from one source (docs/social_care.md,
-- 'Children in need'), so the lists are resolved among themselves.
{{ resolve_intervals(
    entity='annex_a_cin_episode',
    relations=[ref('stg_annex_a__list_6')],
    key=['child_key', 'start_date'],
    columns=[
        'child_key', 'start_date', 'end_date', 'need_code', 'is_closed',
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
    need_code,
    is_closed,
    unreadable_columns
from resolved
