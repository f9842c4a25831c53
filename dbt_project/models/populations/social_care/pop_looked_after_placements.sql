-- One row per child looked after, short breaks (V3, V4) left out, and month
-- end; with three placements in the twelve months or not, and two years in the
-- same placement or not. From the episodes where they cover the twelve months,
-- else from list 8 as at the day.
{{ state_at_month_ends(ref('hist_periods_of_care')) }},

children as (
    select
        one_per_child.area_code,
        one_per_child.child_key,
        one_per_child.start_date,
        one_per_child.counted_on,
        one_per_child.source,
        {{ held_in(
            {'ssda903': 'episodes', 'annex_a': 'list_8'}, of='one_per_child'
        ) }} as held_in,
        {{ add_months(add_days('one_per_child.counted_on', 1), -12) }}
            as year_start,
        {{ age_in_years('births.birth_date', 'one_per_child.counted_on') }}
            as age,
        spans.span_from is not null as has_episodes
    from one_per_child
    left join {{ ref('hist_birth_dates') }} as births
        on one_per_child.child_key = births.child_key
    -- a span holds a day or not, so the join cannot multiply rows
    left join {{ ref('hist_covered_spans') }} as spans
        on
            spans.entity = 'episode'
            and one_per_child.area_code = spans.area_code
            and {{ add_months(add_days('one_per_child.counted_on', 1), -12) }}
            between spans.span_from and spans.span_to
            and one_per_child.counted_on <= spans.span_to
    where
        one_per_child.is_unread is not true
        and births.is_unread is not true
),

-- a placement begins with an episode that is more than a change of legal
-- status (RNE = L), other carers with one that is not with the same (T, U)
episodes as (
    select
        *,
        sum(
            case when reason_for_new_episode_code = 'L' then 0 else 1 end
        ) over (
            partition by child_key
            order by start_date
            rows unbounded preceding
        ) as placement_number,
        sum(
            case
                when reason_for_new_episode_code in ('L', 'T', 'U') then 0
                else 1
            end
        ) over (
            partition by child_key
            order by start_date
            rows unbounded preceding
        ) as carer_number
    from {{ ref('hist_episodes') }}
    where legal_status_code is null or legal_status_code not in ('V3', 'V4')
),

placements as (
    select
        child_key,
        placement_number,
        min(start_date) as start_date,
        max(coalesce(end_date, held_as_at)) as last_date,
        max(case when end_date is null then 1 else 0 end) as is_open,
        -- moving to adopters who were the carers is no new placement
        min(case when placement_type_code in ('A3', 'A5') then 1 else 0 end)
            as is_with_adopting_carers
    from episodes
    group by
        child_key,
        placement_number
),

carers as (
    select
        child_key,
        carer_number,
        min(start_date) as start_date,
        lag(min(start_date)) over (
            partition by child_key
            order by carer_number
        ) as previous_start_date
    from episodes
    group by
        child_key,
        carer_number
),

counted as (
    select
        children.area_code,
        children.child_key,
        children.counted_on,
        count(*) as n_placements
    from children
    inner join placements
        on
            children.child_key = placements.child_key
            and children.counted_on >= placements.start_date
            and children.year_start <= placements.last_date
    where
        children.has_episodes
        and placements.is_with_adopting_carers = 0
        -- less than a day is none (LAIT 372)
        and (
            placements.is_open = 1
            or placements.last_date > placements.start_date
        )
    group by
        children.area_code,
        children.child_key,
        children.counted_on
),

-- the placement of the day; an adoptive one counts from the one before it,
-- where that is of the same period of care
current_placements as (
    select
        children.area_code,
        children.child_key,
        children.counted_on,
        case
            when
                episodes.placement_type_code in ('A3', 'A4', 'A5', 'A6')
                and carers.previous_start_date >= children.start_date
                then carers.previous_start_date
            else carers.start_date
        end as placed_date,
        row_number() over (
            partition by
                children.area_code, children.child_key, children.counted_on
            order by episodes.start_date desc
        ) as newest_rank
    from children
    inner join episodes
        on
            children.child_key = episodes.child_key
            and children.counted_on >= episodes.start_date
            and (
                episodes.end_date is null
                or children.counted_on < episodes.end_date
            )
    inner join carers
        on
            episodes.child_key = carers.child_key
            and episodes.carer_number = carers.carer_number
    where children.has_episodes
),

unread as (
    select child_key
    from episodes
    where
        {{ is_unread([
            'reason_for_new_episode_code', 'placement_type_code',
            'legal_status_code'
        ]) }}
    group by child_key
),

from_episodes as (
    select
        children.*,
        counted.n_placements,
        current_placements.placed_date
    from children
    inner join counted
        on
            children.area_code = counted.area_code
            and children.child_key = counted.child_key
            and children.counted_on = counted.counted_on
    inner join current_placements
        on
            children.area_code = current_placements.area_code
            and children.child_key = current_placements.child_key
            and children.counted_on = current_placements.counted_on
            and current_placements.newest_rank = 1
    where not exists (
        select 1
        from unread
        where unread.child_key = children.child_key
    )
),

-- where the return's episodes end before the day, only list 8 says who is in
-- care
listed as (
    select
        children.*,
        list_8.n_placements_12_months as n_placements,
        list_8.placement_start_date as placed_date,
        row_number() over (
            partition by
                children.area_code, children.child_key, children.counted_on
            order by list_8.start_date desc, list_8.row_id
        ) as start_rank
    from children
    inner join {{ ref('hist_serving_states') }} as states
        on
            states.entity = 'looked_after_listed'
            and children.area_code = states.area_code
            and children.counted_on = states.as_at_date
    inner join {{ ref('stg_annex_a__list_8') }} as list_8
        on
            states.submission_id = list_8.submission_id
            and children.child_key = list_8.child_key
            and children.counted_on >= list_8.start_date
            and (
                list_8.end_date is null
                or children.counted_on < list_8.end_date
            )
    where
        not children.has_episodes
        and not {{ is_unread(
            ['n_placements_12_months', 'placement_start_date'], of='list_8'
        ) }}
),

everyone as (
    select
        area_code,
        child_key,
        start_date,
        counted_on,
        source,
        held_in,
        age,
        n_placements,
        placed_date
    from from_episodes
    union all
    select
        area_code,
        child_key,
        start_date,
        counted_on,
        source,
        held_in,
        age,
        n_placements,
        placed_date
    from listed
    where start_rank = 1
),

-- LAIT 393: under 16 and in care for two and a half years, of them those two
-- years in one placement
final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        counted_on,
        source,
        held_in,
        {{ decided_by({
            'looked after from': 'start_date',
            'placements in twelve months': 'n_placements',
            'in this placement since': 'placed_date'
        }) }} as decided_by,
        coalesce(n_placements >= 3, false) as had_3_placements,
        coalesce(
            age < 16 and start_date <= {{ add_months('counted_on', -30) }},
            false
        ) as is_under_16_in_care_30_months,
        coalesce(
            age < 16
            and start_date <= {{ add_months('counted_on', -30) }}
            and placed_date <= {{ add_months('counted_on', -24) }},
            false
        ) as is_stable_2_years
    from everyone
)

select * from final
