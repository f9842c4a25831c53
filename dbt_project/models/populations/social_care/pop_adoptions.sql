-- One row per adoption, on the date of the order, with the days it took.
with

adoptions as (
    select *
    from {{ ref('hist_adoptions') }}
    where is_unread is not true
),

from_return as (
    select
        adoptions.area_code,
        adoptions.source,
        adoptions.submission_id,
        adoptions.row_id,
        adoptions.child_key,
        adoptions.order_date,
        adoptions.match_date,
        chains.start_date as entered_care_date,
        chains.placement_order_date,
        chains.placed_date,
        -- with foster carers who adopt, the child has moved in already
        case
            when adoptions.is_foster_carer_adoption or chains.is_with_own_carers
                then chains.joined_carers_date
            else chains.placed_date
        end as moved_in_date
    from adoptions
    left join {{ ref('hist_adoption_chains') }} as chains
        on
            adoptions.child_key = chains.child_key
            and adoptions.order_date = chains.end_date
    where
        adoptions.source = 'ssda903'
        and chains.is_unread is not true
),

from_list as (
    select
        area_code,
        source,
        submission_id,
        row_id,
        child_key,
        order_date,
        match_date,
        entered_care_date,
        placement_order_date,
        placed_date,
        case
            when foster_for_adoption_date < placed_date
                then foster_for_adoption_date
            else placed_date
        end as moved_in_date
    from adoptions
    where source = 'annex_a'
),

everyone as (
    select * from from_return
    union all
    select * from from_list
),

-- a child never placed before the order is in no measure (docs/social_care.md,
-- 'Adoptions')
timed as (
    select
        *,
        {{ dbt.datediff('entered_care_date', 'moved_in_date', 'day') }}
            as days_to_moving_in,
        {{ dbt.datediff('entered_care_date', 'placed_date', 'day') }}
            as days_to_placement,
        {{ dbt.datediff('placement_order_date', 'match_date', 'day') }}
            as days_to_match,
        coalesce(placed_date < order_date, false) as was_placed
    from everyone
),

-- a negative interval is an error of that measure alone; a match before the
-- order took no time at all (docs/social_care.md, 'Adoptions')
final as (
    select
        area_code,
        {{ record_key('adoption', ['child_key', 'order_date']) }} as record_key,
        child_key,
        order_date as event_date,
        order_date as counted_on,
        source,
        {{ held_in({'ssda903': 'episodes', 'annex_a': 'list_10'}) }}
            as held_in,
        {{ decided_by({
            'entered care': 'entered_care_date',
            'placement order': 'placement_order_date',
            'matched': 'match_date',
            'placed': 'placed_date',
            'moved in': 'moved_in_date',
            'adopted': 'order_date'
        }) }}
            as decided_by,
        case
            when was_placed and days_to_moving_in >= 0 then days_to_moving_in
        end as days_from_entry_to_moving_in,
        was_placed and coalesce(days_to_moving_in >= 0, false)
            as is_timed_to_moving_in,
        case
            when was_placed and days_to_placement >= 0 then days_to_placement
        end as days_from_entry_to_placement,
        was_placed and coalesce(days_to_placement >= 0, false)
            as is_timed_to_placement,
        case
            when was_placed and days_to_match < 0 then 0
            when was_placed then days_to_match
        end as days_from_order_to_match,
        was_placed and days_to_match is not null as is_timed_to_match
    from timed
)

select * from final
