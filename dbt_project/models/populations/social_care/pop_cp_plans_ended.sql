-- One row per child protection plan that ended, on the day it ended.
with

plans as (
    select *
    from {{ ref('hist_cp_plans') }}
    where end_date is not null
),

-- 'more than 729 days' (LAIT, CPPlans2yrs): 730 days, not the second
-- anniversary
ended as (
    select
        area_code,
        {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
        child_key,
        end_date as event_date,
        end_date as counted_on,
        source,
        {{ held_in({
            'cin_census': 'child_protection_plans', 'annex_a': 'list_7'
        }) }}
            as held_in,
        {{ decided_by({
            'started': 'start_date',
            'ended': 'end_date',
            'category': 'latest_abuse_code'
        }) }}
            as decided_by,
        end_date >= {{ add_days('start_date', 730) }} as lasted_2_years,
        {{ category_of_abuse(
            'coalesce(latest_abuse_code, initial_abuse_code)'
        ) }} as category_of_abuse
    from plans
)

select * from ended
