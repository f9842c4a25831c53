-- One row per education, health and care plan in force at a month end, as SEN2
-- as at that day holds it.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'ehc_plan_open'
),

-- later rows of a request are amendments; one that has ceased ends the plan
in_force as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        states.submission_id,
        plans.request_key,
        min(plans.start_date) as start_date
    from states
    inner join {{ ref('stg_sen2__named_plan') }} as plans
        on states.submission_id = plans.submission_id
    where plans.start_date <= states.as_at_date
    group by
        states.area_code,
        states.source,
        states.as_at_date,
        states.submission_id,
        plans.request_key
    having
        max(
            case when plans.cease_date <= states.as_at_date then 1 else 0 end
        ) = 0
),

final as (
    select
        in_force.area_code,
        {{ record_key(
            'ehc_plan', ['in_force.area_code', 'in_force.request_key']
        ) }} as record_key,
        holdings.child_key,
        in_force.start_date as event_date,
        in_force.as_at_date as counted_on,
        in_force.source,
        {{ place_of_row('named_plan', of='holdings') }} as held_in,
        {{ decided_by({'in force from': 'in_force.start_date'}) }}
            as decided_by
    from in_force
    inner join {{ ref('hist_ehc_plan_holdings') }} as holdings
        on
            in_force.submission_id = holdings.submission_id
            and in_force.request_key = holdings.request_key
)

select * from final
