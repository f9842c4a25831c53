-- One row per referral, as the submission that serves its date holds it
-- (docs/history.md, 'Point events').
{{ resolve_points(
    entity='referral',
    relations=[ref('stg_cin_census__cin_details'), ref('stg_annex_a__list_3')],
    event_date='referral_date',
    columns=[
        'child_key', 'referral_date', 'need_code', 'referral_source_code',
        'is_nfa', 'unreadable_columns'
    ],
    where='has_referral'
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    referral_date,
    need_code,
    referral_source_code,
    is_nfa,
    unreadable_columns
from served
