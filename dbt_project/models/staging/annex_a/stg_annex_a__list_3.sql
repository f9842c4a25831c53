-- One row per referral in list 3 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    referral_date
from {{ source('annex_a', 'list_3') }}
where has_referral
