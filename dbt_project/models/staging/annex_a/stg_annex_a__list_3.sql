-- One row per referral in list 3 of one submission version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    referral_date,
    -- no list of referrals says why the child is in need
    cast(null as string) as need_code,
    referral_source_code,
    is_nfa,
    has_referral
from {{ source('annex_a', 'list_3') }}
where has_referral
