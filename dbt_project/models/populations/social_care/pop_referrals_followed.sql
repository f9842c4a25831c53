-- One row per referral, with the first day after it on which each later step
-- was reached for the child, whenever that was (docs/practice.md, 'Cohorts').
{%- set steps = [
    'assessed', 'section_47_enquiry', 'initial_conference',
    'child_protection_plan', 'looked_after'
] %}
with

referrals as (
    select
        *,
        lead(referral_date) over (
            partition by child_key
            order by referral_date
        ) as referred_again_on
    from {{ ref('hist_referrals') }}
),

-- an assessment belongs to the referral that it began after, and is a step on
-- the day it was completed
reached as (
    select
        'assessed' as step,
        child_key,
        coalesce(start_date, authorisation_date) as began_on,
        authorisation_date as reached_on
    from {{ ref('hist_assessments') }}
    union all
    select
        'section_47_enquiry' as step,
        child_key,
        start_date as began_on,
        start_date as reached_on
    from {{ ref('hist_section_47_enquiries') }}
    union all
    select
        'initial_conference' as step,
        child_key,
        conference_date as began_on,
        conference_date as reached_on
    from {{ ref('hist_initial_conferences') }}
    union all
    select
        'child_protection_plan' as step,
        child_key,
        start_date as began_on,
        start_date as reached_on
    from {{ ref('hist_cp_plans') }}
    union all
    select
        'looked_after' as step,
        child_key,
        start_date as began_on,
        start_date as reached_on
    from {{ ref('hist_periods_of_care') }}
    where is_start_known and is_unread is not true
),

-- a step on the day of the referral follows it; an earlier one never does
first_steps as (
    select
        {%- for step in steps %}
        min(case when reached.step = '{{ step }}' then reached.reached_on end)
            as {{ step }}_on,
        {%- endfor %}
        referrals.child_key,
        referrals.referral_date
    from referrals
    inner join reached
        on
            referrals.child_key = reached.child_key
            and referrals.referral_date <= reached.began_on
    group by
        referrals.child_key,
        referrals.referral_date
),

final as (
    select
        referrals.area_code,
        {{ record_key(
            'referral', ['referrals.child_key', 'referrals.referral_date']
        ) }} as record_key,
        referrals.child_key,
        referrals.referral_date as event_date,
        {{ month_end('referrals.referral_date') }} as month_end,
        {%- for step in steps %}
        first_steps.{{ step }}_on,
        {%- endfor %}
        referrals.referred_again_on,
        referrals.source
    from referrals
    left join first_steps
        on
            referrals.child_key = first_steps.child_key
            and referrals.referral_date = first_steps.referral_date
)

select * from final
