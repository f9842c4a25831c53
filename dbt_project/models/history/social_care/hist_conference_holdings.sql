-- One row per initial child protection conference in one table of a submission
-- version, with the day from which its own record times it: the strategy
-- discussion, for a child who moved in the referral (docs/social_care.md,
-- 'Enquiries and conferences').
with

enquiries as (
    select
        submission_id,
        row_id,
        child_key,
        conference_date,
        strategy_discussion_date as clock_start_date,
        {{ is_unread(['strategy_discussion_date']) }} as is_unread,
        false as is_transfer_in
    from {{ ref('stg_cin_census__section47') }}
    where has_conference
),

transfers_in as (
    select
        submission_id,
        row_id,
        child_key,
        conference_date,
        referral_date as clock_start_date,
        {{ is_unread(['referral_date']) }} as is_unread,
        true as is_transfer_in
    from {{ ref('stg_cin_census__cin_details') }}
    where has_conference
),

listed as (
    select
        submission_id,
        row_id,
        child_key,
        conference_date,
        strategy_discussion_date as clock_start_date,
        {{ is_unread(['strategy_discussion_date']) }} as is_unread,
        false as is_transfer_in
    from {{ ref('stg_annex_a__list_5') }}
    where has_conference
),

holdings as (
    select * from enquiries
    union all
    select * from transfers_in
    union all
    select * from listed
)

select * from holdings
