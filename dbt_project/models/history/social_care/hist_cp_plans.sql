-- One row per child protection plan that has not been withdrawn, as its newest
-- holder gives it.
{{ resolve_intervals(
    entity='cp_plan',
    relations=[
        ref('stg_cin_census__child_protection_plans'),
        ref('stg_annex_a__list_7')
    ],
    key=['child_key', 'start_date'],
    columns=[
        'child_key', 'start_date', 'end_date', 'previous_plans',
        'initial_abuse_code', 'latest_abuse_code', 'unreadable_columns'
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
    previous_plans,
    initial_abuse_code,
    latest_abuse_code,
    unreadable_columns
from resolved
