-- One row per child whom list 8 as at a month end holds as looked after, short
-- breaks (V3, V4) left out; with placement, visit, review and interview.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'looked_after_listed'
),

calendar as (
    select * from {{ ref('hist_calendar') }}
),

listed as (
    select
        list_8.*,
        states.area_code,
        states.source,
        states.as_at_date,
        coalesce(list_8.placement_start_date, list_8.start_date)
            as placed_date,
        {{ any_is_filled('list_8.latest_visit_date', 'list_8') }}
            as has_visits_in_list,
        {{ any_is_filled('list_8.latest_review_date', 'list_8') }}
            as has_reviews_in_list,
        {{ any_is_filled('list_8.placement_location_code', 'list_8') }}
            as has_locations_in_list,
        row_number() over (
            partition by states.area_code, states.as_at_date, list_8.child_key
            order by list_8.start_date desc, list_8.row_id
        ) as start_rank
    from states
    inner join {{ ref('stg_annex_a__list_8') }} as list_8
        on states.submission_id = list_8.submission_id
    where
        list_8.start_date <= states.as_at_date
        and (list_8.end_date is null or list_8.end_date > states.as_at_date)
        and (
            list_8.legal_status_code is null
            or list_8.legal_status_code not in ('V3', 'V4')
        )
),

-- the last date that the list gives counts for this placement or this period
-- of care only
dated as (
    select
        *,
        case
            when latest_visit_date between placed_date and as_at_date
                then latest_visit_date
        end as visit_date,
        case
            when latest_review_date between start_date and as_at_date
                then latest_review_date
        end as review_date
    from listed
    where
        start_rank = 1
        and not {{ is_unread([
            'legal_status_code', 'was_unaccompanied_code',
            'placement_start_date', 'placement_type_code',
            'placement_provider_code', 'placement_location_code',
            'latest_visit_date', 'latest_review_date', 'n_missing_12_months',
            'was_interview_offered_code', 'was_interview_accepted_code'
        ]) }}
),

-- regulations 28 and 33 (docs/practice.md, 'Visits', 'Reviews'): the last day
-- on which the next one is in time
due as (
    select
        dated.*,
        {{ visit_due_date(
            'dated.visit_date', 'dated.review_date', 'dated.placed_date',
            'dated.placement_type_code', 'dated.legal_status_code',
            'dated.as_at_date'
        ) }} as visit_due_date,
        {{ review_due_date('dated.review_date', 'first_due.calendar_day') }}
            as review_due_date
    from dated
    inner join calendar as started
        on dated.start_date = started.calendar_day
    inner join calendar as first_due
        on
            first_due.is_working_day = 1
            and first_due.working_day_number = started.working_day_number + 20
),

final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        as_at_date as counted_on,
        source,
        {{ held_in({'annex_a': 'list_8'}) }} as held_in,
        {{ decided_by({
            'looked after from': 'start_date',
            'placed': 'placed_date',
            'placement type': 'placement_type_code',
            'legal status': 'legal_status_code',
            'last visit': 'visit_date',
            'next visit due': 'visit_due_date',
            'last review': 'review_date',
            'next review due': 'review_due_date'
        }) }} as decided_by,
        {{ placement_type('placement_type_code') }} as placement_type,
        {{ legal_status('legal_status_code') }} as legal_status,
        {{ unaccompanied('was_unaccompanied_code') }} as unaccompanied,
        {{ disability('has_disability_code') }} as disability,
        coalesce(was_unaccompanied_code = 'Y', false) as is_unaccompanied,
        coalesce(
            placement_type_code in ('U1', 'U2', 'U3', 'U4', 'U5', 'U6'), false
        ) as is_in_foster_care,
        coalesce(placement_type_code in ('U1', 'U2', 'U3'), false)
            as is_with_relatives_or_friends,
        coalesce(placement_type_code in ('K1', 'K2'), false)
            as is_in_childrens_home,
        -- H5 and P2 are what K3 was before 2025 and 2026
        coalesce(placement_type_code in ('K3', 'H5', 'P2'), false)
            as is_in_supported_accommodation,
        coalesce(placement_provider_code = 'PR1', false) as is_own_provision,
        has_locations_in_list,
        coalesce(placement_location_code = 'outside', false) as is_outside,
        has_visits_in_list,
        as_at_date <= visit_due_date
        and has_visits_in_list as was_visited_in_time,
        has_reviews_in_list,
        as_at_date <= review_due_date
        and has_reviews_in_list as was_reviewed_in_time,
        coalesce(n_missing_12_months > 0, false) as went_missing,
        coalesce(
            n_missing_12_months > 0 and was_interview_offered_code = 'Y', false
        ) as was_interview_offered,
        coalesce(
            n_missing_12_months > 0
            and was_interview_offered_code = 'Y'
            and was_interview_accepted_code = 'Y',
            false
        ) as was_interview_accepted,
        placement_type_code,
        legal_status_code,
        team_key,
        placed_date,
        latest_visit_date,
        visit_due_date,
        latest_review_date,
        review_due_date
    from due
)

select * from final
