-- One row per child on a child protection plan for three months or longer and
-- month end; all review conferences of the twelve months in time or not.
{{ state_at_month_ends(ref('hist_cp_plans')) }},

-- the start of the plan and each review of it, on which the next one becomes
-- due: the first after three months at most, then every six
steps as (
    select distinct
        area_code,
        child_key,
        start_date,
        start_date as step_date,
        {{ add_months('start_date', 3) }} as due_date
    from one_per_child
    union
    select
        area_code,
        child_key,
        start_date,
        review_date as step_date,
        {{ add_months('review_date', 6) }} as due_date
    from {{ ref('hist_plan_reviews') }}
    where review_date > start_date
),

due as (
    select
        *,
        lead(step_date) over (
            partition by area_code, child_key, start_date
            order by step_date
        ) as next_date
    from steps
),

children as (
    select
        *,
        {{ add_months(add_days('counted_on', 1), -12) }} as year_start
    from one_per_child
    where start_date <= {{ add_months('counted_on', -3) }}
),

late as (
    {{ reviewed_late() }}
),

unread as (
    {{ unread_reviews('cp_plan_listed', ref('stg_annex_a__list_7')) }}
),

final as (
    select
        children.area_code,
        {{ record_key(
            'cp_plan', ['children.child_key', 'children.start_date']
        ) }} as record_key,
        children.child_key,
        children.start_date as event_date,
        children.counted_on,
        {{ add_days('children.counted_on', 1) }} as superseded_on,
        children.source,
        {{ held_in(
            {'cin_census': 'child_protection_plans', 'annex_a': 'list_7'},
            of='children'
        ) }} as held_in,
        {{ decided_by({
            'plan from': 'children.start_date',
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
