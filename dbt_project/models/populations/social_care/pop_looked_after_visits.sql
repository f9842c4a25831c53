-- One row per child whom list 8 as at a month end holds as looked after, and
-- the lists of the twelve months before for as long as it was; visited in time
-- all the while by the visits that these lists together give, or not.
with

listed as (
    select * from {{ ref('pop_looked_after_listed') }}
),

visits as (
    select distinct
        area_code,
        child_key,
        visit_date
    from {{ ref('hist_care_visits') }}
),

-- the list of the month before, where it has the child; a child who moved since
-- then is owed a visit in the first week of the new placement
months as (
    select
        area_code,
        record_key,
        child_key,
        event_date,
        counted_on,
        source,
        held_in,
        placement_type,
        legal_status,
        unaccompanied,
        disability,
        placement_type_code,
        legal_status_code,
        placed_date,
        case
            when latest_review_date between event_date and counted_on
                then latest_review_date
        end as review_date,
        has_visits_in_list,
        {{ add_days(
            add_months(add_days('counted_on', 1), -1), -1
        ) }} as month_before,
        lag(counted_on) over (
            partition by area_code, child_key, event_date
            order by counted_on
        ) as previous_on
    from listed
),

placed as (
    select
        *,
        coalesce(placed_date > month_before, false) as has_moved,
        coalesce(previous_on = month_before, event_date > month_before)
            as is_whole
    from months
),

-- the last visit of the placement up to the month end, and the first ones since
-- the month end before: in the placement of then and in a new one
visited as (
    select
        placed.area_code,
        placed.child_key,
        placed.counted_on,
        max(
            case
                when visits.visit_date >= placed.placed_date
                    then visits.visit_date
            end
        ) as last_date,
        min(
            case
                when
                    visits.visit_date > placed.month_before
                    and (
                        not placed.has_moved
                        or visits.visit_date < placed.placed_date
                    )
                    then visits.visit_date
            end
        ) as next_date,
        min(
            case
                when
                    placed.has_moved
                    and visits.visit_date >= placed.placed_date
                    then visits.visit_date
            end
        ) as first_date
    from placed
    left join visits
        on
            placed.area_code = visits.area_code
            and placed.child_key = visits.child_key
            and visits.visit_date
            between placed.event_date and placed.counted_on
    group by
        placed.area_code,
        placed.child_key,
        placed.counted_on
),

due as (
    select
        placed.*,
        visited.next_date,
        visited.first_date,
        {{ visit_due_date(
            'visited.last_date',
            'placed.review_date',
            'placed.placed_date',
            'placed.placement_type_code',
            'placed.legal_status_code',
            'placed.counted_on'
        ) }} as due_date
    from placed
    inner join visited
        on
            placed.area_code = visited.area_code
            and placed.child_key = visited.child_key
            and placed.counted_on = visited.counted_on
),

owed as (
    select
        *,
        lag(due_date) over (
            partition by area_code, child_key, event_date
            order by counted_on
        ) as previous_due_date
    from due
),

-- what was owed at the month end before was done in time, and so was the first
-- visit after a move, and nothing is owed now
judged as (
    select
        *,
        counted_on <= due_date as is_up_to_date,
        counted_on <= due_date
        and coalesce(
            coalesce(
                next_date,
                case when has_moved then placed_date else counted_on end
            ) <= previous_due_date,
            placed_date = event_date
        )
        and (
            not has_moved
            or coalesce(first_date, counted_on)
            <= {{ add_days('placed_date', 7) }}
        ) as was_visited_in_time
    from owed
),

years as (
    select
        judged.area_code,
        judged.record_key,
        judged.child_key,
        judged.event_date,
        judged.counted_on,
        judged.source,
        judged.held_in,
        judged.placement_type,
        judged.legal_status,
        judged.unaccompanied,
        judged.disability,
        {{ dbt.datediff(
            'greatest(judged.event_date, '
            ~ add_months(add_days('judged.counted_on', 1), -12) ~ ')',
            'judged.counted_on',
            'month'
        ) }} + 1 as n_months,
        count(*) as n_lists,
        min(case when earlier.is_whole then 1 else 0 end) as is_whole,
        min(case when earlier.has_visits_in_list then 1 else 0 end)
            as has_visits,
        min(case when earlier.was_visited_in_time then 1 else 0 end)
            as was_visited_in_time,
        min(case when earlier.is_up_to_date then 1 else 0 end)
            as was_up_to_date
    from judged
    inner join judged as earlier
        on
            judged.area_code = earlier.area_code
            and judged.child_key = earlier.child_key
            and judged.event_date = earlier.event_date
            and judged.counted_on >= earlier.counted_on
            and {{ add_months(add_days('judged.counted_on', 1), -12) }}
            <= earlier.counted_on
    group by
        judged.area_code,
        judged.record_key,
        judged.child_key,
        judged.event_date,
        judged.counted_on,
        judged.source,
        judged.held_in,
        judged.placement_type,
        judged.legal_status,
        judged.unaccompanied,
        judged.disability
),

final as (
    select
        area_code,
        record_key,
        child_key,
        event_date,
        counted_on,
        {{ add_days('counted_on', 1) }} as superseded_on,
        source,
        held_in,
        {{ decided_by({
            'looked after from': 'event_date',
            'months with the child': 'n_lists'
        }) }} as decided_by,
        placement_type,
        legal_status,
        unaccompanied,
        disability,
        was_visited_in_time = 1 as was_visited_in_time_all_year,
        was_up_to_date = 1 as was_up_to_date_at_month_ends
    from years
    where
        n_lists = n_months
        and is_whole = 1
        and has_visits = 1
)

select * from final
