-- One row per referral of one census version, with what is given with it: an
-- episode of need, the conference of a child who moved in.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    referral_date,
    closure_date as end_date,
    conference_date,
    need_code,
    is_nfa,
    referral_source_code,
    has_referral,
    has_cin_episode,
    has_conference
from {{ source('cin_census', 'cin_details') }}
