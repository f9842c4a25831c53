-- One row per list that managers work from, local authority and child: whom a
-- figure of practice points to on its newest day. Who is overdue comes first
-- by `due_date`.
{%- set lists = [
    ('not_visited', 'cla_visited_in_time_pct', 'looked_after_listed',
     'has_visits_in_list and not was_visited_in_time', 'visit_due_date'),
    ('not_reviewed', 'cla_reviewed_in_time_pct', 'looked_after_listed',
     'has_reviews_in_list and not was_reviewed_in_time', 'review_due_date'),
    ('outside_area', 'cla_outside_area_pct', 'looked_after_listed',
     'is_outside', none),
    ('moved_3_times', 'cla_3_placements_pct', 'looked_after_placements',
     'had_3_placements', none),
    ('plan_not_visited', 'cp_visited_in_time_pct', 'cp_plans_listed',
     'has_visits_in_list and not was_visited_in_time', 'visit_due_date'),
    ('plan_not_reviewed', 'cp_reviewed_in_time_pct', 'cp_plans_listed',
     'is_open_3_months and not was_reviewed_in_time', 'review_due_date'),
    ('unsuitable_home', 'care_leavers_suitable_pct', 'care_leavers_listed',
     'is_19_to_21 and not is_19_to_21_in_suitable_accommodation', none)
] %}
with

run as (
    select * from {{ ref('stg_run__run') }}
),

looked_after_listed as (
    select * from {{ ref('pop_looked_after_listed') }}
),

looked_after_placements as (
    select * from {{ ref('pop_looked_after_placements') }}
),

cp_plans_listed as (
    select * from {{ ref('pop_cp_plans_listed') }}
),

care_leavers_listed as (
    select * from {{ ref('pop_care_leavers_listed') }}
),

listed as (
    {%- for list, indicator, population, condition, due in lists %}
    select
        '{{ list }}' as list_id,
        '{{ indicator }}' as indicator_id,
        area_code,
        child_key,
        event_date as began_on,
        counted_on,
        {{ due or 'cast(null as date)' }} as due_date
    from {{ population }}
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- the newest day that the population of the list has at all: a list of last
-- month is none of now
newest as (
    {%- for list, indicator, population, condition, due in lists %}
    select
        '{{ list }}' as list_id,
        area_code,
        max(counted_on) as newest_on
    from {{ population }}
    group by area_code
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

final as (
    select
        listed.list_id,
        listed.area_code,
        listed.child_key,
        listed.indicator_id,
        listed.counted_on as as_at_date,
        listed.began_on,
        coalesce(
            in_care.team_key, on_plans.team_key, care_leavers.team_key
        ) as team_key,
        in_care.placement_type,
        in_care.placed_date,
        coalesce(in_care.latest_visit_date, on_plans.latest_visit_date)
            as latest_visit_date,
        coalesce(in_care.latest_review_date, on_plans.latest_review_date)
            as latest_review_date,
        listed.due_date,
        cast(
            {{ dbt.datediff('listed.due_date', 'listed.counted_on', 'day') }}
            as integer
        ) as overdue_days,
        run.run_id
    from listed
    cross join run
    inner join newest
        on
            listed.list_id = newest.list_id
            and listed.area_code = newest.area_code
            and listed.counted_on = newest.newest_on
    -- what a list knows of a child in care is of that list, as of a child on a
    -- plan: a child may be both
    left join looked_after_listed as in_care
        on
            listed.list_id not like 'plan_%'
            and listed.area_code = in_care.area_code
            and listed.child_key = in_care.child_key
            and listed.counted_on = in_care.counted_on
    left join cp_plans_listed as on_plans
        on
            listed.list_id like 'plan_%'
            and listed.area_code = on_plans.area_code
            and listed.child_key = on_plans.child_key
            and listed.counted_on = on_plans.counted_on
    left join care_leavers_listed as care_leavers
        on
            listed.list_id = 'unsuitable_home'
            and listed.area_code = care_leavers.area_code
            and listed.child_key = care_leavers.child_key
            and listed.counted_on = care_leavers.counted_on
)

select * from final
