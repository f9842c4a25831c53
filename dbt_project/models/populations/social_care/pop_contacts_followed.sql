-- One row per child and day with a contact, on the day by which it is known
-- what followed: an early help assessment, a referral, or neither
-- (docs/practice.md, 'Contacts, early help, referrals').
with

settings as (
    select * from {{ ref('stg_run__settings') }}
),

contacts as (
    select
        hist_contacts.*,
        {{ add_days(
            'hist_contacts.contact_date', 'settings.contact_follow_up_days'
        ) }} as followed_to
    from {{ ref('hist_contacts') }} as hist_contacts
    cross join settings
),

what_follows as (
    select
        'early_help' as step,
        child_key,
        start_date as step_date
    from {{ ref('hist_early_help') }}
    union all
    select
        'referral' as step,
        child_key,
        referral_date as step_date
    from {{ ref('hist_referrals') }}
),

-- a step on the day of the contact follows it, and so does one on the last day
first_steps as (
    select
        contacts.child_key,
        contacts.contact_date,
        min(
            case
                when what_follows.step = 'early_help'
                    then what_follows.step_date
            end
        ) as early_help_on,
        min(
            case
                when what_follows.step = 'referral'
                    then what_follows.step_date
            end
        ) as referred_on
    from contacts
    inner join what_follows
        on
            contacts.child_key = what_follows.child_key
            and what_follows.step_date
            between contacts.contact_date and contacts.followed_to
    group by
        contacts.child_key,
        contacts.contact_date
),

final as (
    select
        contacts.area_code,
        {{ record_key(
            'contact', ['contacts.child_key', 'contacts.contact_date']
        ) }} as record_key,
        contacts.child_key,
        contacts.contact_date as event_date,
        contacts.followed_to as counted_on,
        contacts.source,
        {{ held_in({'annex_a': 'list_1'}, of='contacts') }} as held_in,
        {{ decided_by({
            'contact': 'contacts.contact_date',
            'early help': 'first_steps.early_help_on',
            'referred': 'first_steps.referred_on',
            'followed to': 'contacts.followed_to'
        }) }} as decided_by,
        {{ referral_source('contacts.contact_source_code') }}
            as referral_source,
        first_steps.early_help_on is not null as led_to_early_help,
        first_steps.referred_on is not null as led_to_a_referral,
        coalesce(first_steps.early_help_on, first_steps.referred_on) is null
            as led_to_neither
    from contacts
    left join first_steps
        on
            contacts.child_key = first_steps.child_key
            and contacts.contact_date = first_steps.contact_date
)

select * from final
