-- One row per referral, NFA included, on its date; again for the same child
-- within 12 months or not.
with

referrals as (
    select
        *,
        lag(referral_date) over (
            partition by child_key
            order by referral_date
        ) as previous_referral_date
    from {{ ref('hist_referrals') }}
),

-- the twelve months reach back to the same day a year earlier, that day
-- included (docs/figures.md, 'Windows')
flagged as (
    select
        area_code,
        {{ record_key('referral', ['child_key', 'referral_date']) }}
            as record_key,
        child_key,
        referral_date as event_date,
        referral_date as counted_on,
        source,
        {{ held_in({'cin_census': 'cin_details', 'annex_a': 'list_3'}) }}
            as held_in,
        {{ decided_by({
            'referred': 'referral_date',
            'referred before': 'previous_referral_date',
            'need code': 'need_code'
        }) }}
            as decided_by,
        coalesce(
            previous_referral_date
            >= {{ add_months('referral_date', -12) }},
            false
        ) as is_within_12_months_of_previous,
        {{ primary_need('need_code') }} as primary_need
    from referrals
)

select * from flagged
