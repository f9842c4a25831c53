-- One row per child in list 10 as at a month end with the decision to be placed
-- for adoption; waiting to be placed or not.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'adoption_case'
),

cases as (
    select
        list_10.*,
        states.area_code,
        states.source,
        states.as_at_date,
        row_number() over (
            partition by states.area_code, states.as_at_date, list_10.child_key
            order by list_10.entered_care_date desc nulls last, list_10.row_id
        ) as newest_rank
    from states
    inner join {{ ref('stg_annex_a__list_10') }} as list_10
        on states.submission_id = list_10.submission_id
    where list_10.should_be_placed_date <= states.as_at_date
),

final as (
    select
        area_code,
        {{ record_key(
            'adoption_case', ['child_key', 'should_be_placed_date']
        ) }} as record_key,
        child_key,
        should_be_placed_date as event_date,
        as_at_date as counted_on,
        source,
        {{ held_in({'annex_a': 'list_10'}) }} as held_in,
        {{ decided_by({
            'should be placed': 'should_be_placed_date',
            'placed': 'placed_date',
            'adopted': 'adoption_order_date',
            'decision reversed': 'reversal_date'
        }) }} as decided_by,
        coalesce(placed_date > as_at_date, true)
        and coalesce(adoption_order_date > as_at_date, true)
        and coalesce(reversal_date > as_at_date, true) as is_waiting
    from cases
    where
        newest_rank = 1
        and not {{ is_unread([
            'should_be_placed_date', 'placed_date', 'adoption_order_date',
            'reversal_date'
        ]) }}
)

select * from final
