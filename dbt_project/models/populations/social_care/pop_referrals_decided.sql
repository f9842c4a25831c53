-- One row per referral whose outcome can be read, on its date; ended without
-- further action or not.
select
    area_code,
    {{ record_key('referral', ['child_key', 'referral_date']) }} as record_key,
    child_key,
    referral_date as event_date,
    referral_date as counted_on,
    source,
    {{ held_in({'cin_census': 'cin_details', 'annex_a': 'list_3'}) }}
        as held_in,
    {{ decided_by({
        'referred': 'referral_date',
        'no further action': 'is_nfa'
    }) }} as decided_by,
    coalesce(is_nfa, false) as ended_without_further_action,
    {{ referral_source('referral_source_code') }} as referral_source
from {{ ref('hist_referrals') }}
where not {{ is_unread(['is_nfa']) }}
