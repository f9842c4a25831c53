-- One row per child protection plan, on the day it started.
with

plans as (
    select
        *,
        row_number() over (
            partition by child_key
            order by start_date
        ) - 1 as earlier_plans_here
    from {{ ref('hist_cp_plans') }}
),

-- by the category that a plan began with, as in DfE's table of plans that start
started as (
    select
        area_code,
        {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
        child_key,
        start_date as event_date,
        start_date as counted_on,
        source,
        {{ held_in({
            'cin_census': 'child_protection_plans', 'annex_a': 'list_7'
        }) }}
            as held_in,
        {{ decided_by({
            'started': 'start_date',
            'ended': 'end_date',
            'earlier plans stated': 'previous_plans',
            'earlier plans here': 'earlier_plans_here',
            'category at the start': 'initial_abuse_code'
        }) }}
            as decided_by,
        coalesce(previous_plans, earlier_plans_here) >= 1
            as is_second_or_later,
        {{ category_of_abuse(
            'coalesce(initial_abuse_code, latest_abuse_code)'
        ) }} as category_of_abuse
    from plans
    where not {{ is_unread(['previous_plans']) }}
)

select * from started
