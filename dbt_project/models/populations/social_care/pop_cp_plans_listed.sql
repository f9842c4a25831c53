-- One row per child whom list 7 as at a month end holds on a child protection
-- plan; visited, seen alone and reviewed in time or not.
with

settings as (
    select * from {{ ref('stg_run__settings') }}
),

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'cp_plan_listed'
),

calendar as (
    select * from {{ ref('hist_calendar') }}
),

listed as (
    select
        list_7.*,
        states.area_code,
        states.source,
        states.as_at_date,
        {{ any_is_filled('list_7.latest_visit_date', 'list_7') }}
            as has_visits_in_list,
        {{ any_is_filled('list_7.was_seen_alone_code', 'list_7') }}
            as has_seen_alone_in_list,
        {{ any_is_filled('list_7.latest_review_date', 'list_7') }}
            as has_reviews_in_list,
        row_number() over (
            partition by states.area_code, states.as_at_date, list_7.child_key
            order by list_7.start_date desc, list_7.row_id
        ) as start_rank
    from states
    inner join {{ ref('stg_annex_a__list_7') }} as list_7
        on states.submission_id = list_7.submission_id
    where
        list_7.start_date <= states.as_at_date
        and (list_7.end_date is null or list_7.end_date > states.as_at_date)
),

-- without a visit the days count from the start of the plan
dated as (
    select
        *,
        case
            when latest_visit_date between start_date and as_at_date
                then latest_visit_date
            else start_date
        end as seen_date,
        case
            when latest_review_date between start_date and as_at_date
                then latest_review_date
        end as review_date
    from listed
    where
        start_rank = 1
        and not {{ is_unread([
            'latest_visit_date', 'was_seen_alone_code', 'latest_review_date'
        ]) }}
),

counted as (
    select
        dated.*,
        due.calendar_day as visit_due_date,
        dated.start_date <= {{ add_months('dated.as_at_date', -3) }}
            as has_lasted_3_months,
        -- the first after three months at most, then every six
        coalesce(
            {{ add_months('dated.review_date', 6) }},
            {{ add_months('dated.start_date', 3) }}
        ) as review_due_date
    from dated
    cross join settings
    inner join calendar as seen
        on dated.seen_date = seen.calendar_day
    -- no law says how often: the authority's own procedures do
    -- (docs/practice.md, 'Visits of children on a plan')
    inner join calendar as due
        on
            due.is_working_day = 1
            and due.working_day_number
            = seen.working_day_number + settings.cp_visit_working_days
),

final as (
    select
        area_code,
        {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
        child_key,
        start_date as event_date,
        as_at_date as counted_on,
        source,
        {{ held_in({'annex_a': 'list_7'}) }} as held_in,
        {{ decided_by({
            'plan from': 'start_date',
            'last seen': 'seen_date',
            'next visit due': 'visit_due_date',
            'last review': 'review_date',
            'next review due': 'review_due_date'
        }) }} as decided_by,
        {{ disability('has_disability_code') }} as disability,
        has_visits_in_list,
        has_visits_in_list and as_at_date <= visit_due_date
            as was_visited_in_time,
        has_seen_alone_in_list,
        coalesce(was_seen_alone_code = 'Y', false) as was_seen_alone,
        has_lasted_3_months and has_reviews_in_list as is_open_3_months,
        has_lasted_3_months
        and review_date is not null
        and as_at_date <= review_due_date as was_reviewed_in_time,
        team_key,
        latest_visit_date,
        visit_due_date,
        latest_review_date,
        review_due_date
    from counted
)

select * from final
