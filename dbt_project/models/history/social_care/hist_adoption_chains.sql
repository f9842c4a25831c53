-- One row per chain of SSDA903 episodes that ended with adoption, the final
-- period of care: its true start, and what its episodes say of the way to the
-- adopters.
with

chains as (
    select *
    from {{ ref('hist_care_chains') }}
    where end_reason_code in ('E11', 'E12')
),

-- list 10 is asked here and not in hist_care_chains: snapshots need no true
-- start, and should not wait for a list of adoptions
entered as (
    select
        chains.child_key,
        chains.first_episode_date,
        cases.entered_care_date,
        row_number() over (
            partition by chains.child_key, chains.first_episode_date
            order by serving.as_at_date desc, cases.entered_care_date desc
        ) as newest_rank
    from chains
    inner join {{ ref('stg_annex_a__list_10') }} as cases
        on
            chains.child_key = cases.child_key
            and chains.first_episode_date >= cases.entered_care_date
    inner join {{ ref('hist_serving_submissions') }} as serving
        on cases.submission_id = serving.submission_id
),

started as (
    select
        chains.child_key,
        chains.first_episode_date,
        chains.last_episode_date,
        chains.end_date,
        chains.is_unread,
        case
            when chains.is_start_known then chains.start_date
            else entered.entered_care_date
        end as start_date
    from chains
    left join entered
        on
            chains.child_key = entered.child_key
            and chains.first_episode_date = entered.first_episode_date
            and entered.newest_rank = 1
),

episodes as (
    select
        started.child_key,
        started.first_episode_date,
        episodes.start_date,
        episodes.reason_for_new_episode_code,
        episodes.legal_status_code,
        episodes.placement_type_code,
        {{ is_unread(['placement_type_code'], of='episodes') }} as is_unread
    from started
    inner join {{ ref('hist_episodes') }} as episodes
        on
            started.child_key = episodes.child_key
            and episodes.start_date
            between started.first_episode_date and started.last_episode_date
    where
        episodes.legal_status_code is null
        or episodes.legal_status_code not in ('V3', 'V4')
),

-- E1 is a placement order, D1 the freeing order that it replaced; the first in
-- the period counts (docs/social_care.md, 'Adoptions')
ordered as (
    select
        child_key,
        first_episode_date,
        min(start_date) as placement_order_date
    from episodes
    where legal_status_code in ('E1', 'D1')
    group by
        child_key,
        first_episode_date
),

-- the way to the adopters is known where the place of every episode is
unread as (
    select distinct
        child_key,
        first_episode_date
    from episodes
    where is_unread
),

ranked_placements as (
    select
        child_key,
        first_episode_date,
        start_date as placed_date,
        placement_type_code in ('A3', 'A5') as is_with_own_carers,
        row_number() over (
            partition by child_key, first_episode_date
            order by start_date
        ) as placement_rank
    from episodes
    where placement_type_code in ('A3', 'A4', 'A5', 'A6')
),

placed as (
    select *
    from ranked_placements
    where placement_rank = 1
),

-- episodes that began with S, P or B brought the child to other carers; all
-- others (L, T, U) are with the same ones (docs/social_care.md, 'Adoptions')
joined_carers as (
    select
        placed.child_key,
        placed.first_episode_date,
        max(episodes.start_date) as joined_date
    from placed
    inner join episodes
        on
            placed.child_key = episodes.child_key
            and placed.first_episode_date = episodes.first_episode_date
            and placed.placed_date >= episodes.start_date
    where episodes.reason_for_new_episode_code in ('S', 'P', 'B')
    group by
        placed.child_key,
        placed.first_episode_date
),

final as (
    select
        started.child_key,
        started.first_episode_date,
        started.end_date,
        started.start_date,
        placed.placed_date,
        placed.is_with_own_carers,
        case
            when placed.placed_date is not null
                then
                    coalesce(
                        joined_carers.joined_date, started.first_episode_date
                    )
        end as joined_carers_date,
        ordered.placement_order_date,
        started.is_unread or unread.child_key is not null as is_unread
    from started
    left join placed
        on
            started.child_key = placed.child_key
            and started.first_episode_date = placed.first_episode_date
    left join joined_carers
        on
            started.child_key = joined_carers.child_key
            and started.first_episode_date = joined_carers.first_episode_date
    left join ordered
        on
            started.child_key = ordered.child_key
            and started.first_episode_date = ordered.first_episode_date
    left join unread
        on
            started.child_key = unread.child_key
            and started.first_episode_date = unread.first_episode_date
)

select * from final
