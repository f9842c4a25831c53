-- One row per child looked after for 20 working days or longer, short breaks
-- (V3, V4) left out, and month end; all reviews of the twelve months in time or
-- not.
{{ state_at_month_ends(ref('hist_periods_of_care')) }},

calendar as (
    select * from {{ ref('hist_calendar') }}
),

periods as (
    select distinct
        one_per_child.area_code,
        one_per_child.child_key,
        one_per_child.start_date,
        first_due.calendar_day as first_due_date
    from one_per_child
    inner join calendar as started
        on one_per_child.start_date = started.calendar_day
    inner join calendar as first_due
        on
            first_due.is_working_day = 1
            and first_due.working_day_number = started.working_day_number + 20
    where
        one_per_child.is_start_known
        and one_per_child.is_unread is not true
),

-- the start of care and each review of it, on which the next one becomes due
steps as (
    select
        area_code,
        child_key,
        start_date,
        first_due_date,
        start_date as step_date,
        cast(null as date) as review_date
    from periods
    union all
    select
        periods.area_code,
        periods.child_key,
        periods.start_date,
        periods.first_due_date,
        reviews.review_date as step_date,
        reviews.review_date
    from periods
    inner join {{ ref('hist_care_reviews') }} as reviews
        on
            periods.area_code = reviews.area_code
            and periods.child_key = reviews.child_key
            and periods.start_date <= reviews.review_date
),

due as (
    select
        *,
        {{ review_due_date('review_date', 'first_due_date') }} as due_date,
        lead(review_date) over (
            partition by area_code, child_key, start_date
            order by step_date, review_date nulls first
        ) as next_date
    from steps
),

children as (
    select
        one_per_child.*,
        {{ add_months(add_days('one_per_child.counted_on', 1), -12) }}
            as year_start
    from one_per_child
    inner join periods
        on
            one_per_child.area_code = periods.area_code
            and one_per_child.child_key = periods.child_key
            and one_per_child.start_date = periods.start_date
            and one_per_child.counted_on >= periods.first_due_date
),

late as (
    {{ reviewed_late() }}
),

unread as (
    {{ unread_reviews('looked_after_listed', ref('stg_annex_a__list_8')) }}
),

final as (
    select
        children.area_code,
        {{ record_key(
            'period_of_care', ['children.child_key', 'children.start_date']
        ) }} as record_key,
        children.child_key,
        children.start_date as event_date,
        children.counted_on,
        {{ add_days('children.counted_on', 1) }} as superseded_on,
        children.source,
        {{ held_in(
            {'ssda903': 'episodes', 'annex_a': 'list_8'}, of='children'
        ) }} as held_in,
        {{ decided_by({
            'looked after from': 'children.start_date',
            'reviews looked at from': 'children.year_start'
        }) }} as decided_by,
        late.child_key is null as was_reviewed_in_time_all_year
    from children
    left join late
        on
            children.area_code = late.area_code
            and children.child_key = late.child_key
            and children.counted_on = late.counted_on
    where {{ every_review_is_read() }}
)

select * from final
