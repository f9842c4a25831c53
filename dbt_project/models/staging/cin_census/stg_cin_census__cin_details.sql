-- One row per referral of one census version.
select
    submission_id,
    row_id,
    child_key,
    referral_date
from {{ source('cin_census', 'cin_details') }}
where has_referral
