-- One row per chain of SSDA903 episodes, linked by X1 from RNE = S (or a broken
-- link) to a cessation, short breaks (V3, V4) dropped first (docs/history.md,
-- 'Periods of care').
with

episodes as (
    select
        *,
        {{ is_unread([
            'reason_for_new_episode_code', 'legal_status_code',
            'end_reason_code'
        ]) }} as is_episode_unread
    from {{ ref('hist_episodes') }}
    where legal_status_code is null or legal_status_code not in ('V3', 'V4')
),

linked as (
    select
        *,
        lag(end_date) over (
            partition by child_key
            order by start_date
        ) as previous_end_date,
        lag(end_reason_code) over (
            partition by child_key
            order by start_date
        ) as previous_end_reason_code,
        lag(is_episode_unread) over (
            partition by child_key
            order by start_date
        ) as is_previous_unread
    from episodes
),

chained as (
    select
        *,
        sum(
            case
                when reason_for_new_episode_code = 'S' then 1
                when
                    (previous_end_reason_code = 'X1' or is_previous_unread)
                    and previous_end_date = start_date
                    then 0
                else 1
            end
        ) over (
            partition by child_key
            order by start_date
            rows unbounded preceding
        ) as chain_number
    from linked
),

placed as (
    select
        *,
        row_number() over (
            partition by child_key, chain_number
            order by start_date
        ) as place_from_start,
        row_number() over (
            partition by child_key, chain_number
            order by start_date desc
        ) as place_from_end,
        -- one episode that cannot be read leaves its chain in doubt
        max(case when is_episode_unread then 1 else 0 end) over (
            partition by child_key, chain_number
        ) = 1 as is_unread
    from chained
),

chains as (
    select
        first_episodes.area_code,
        first_episodes.child_key,
        first_episodes.start_date as first_episode_date,
        first_episodes.reason_for_new_episode_code = 'S' as begins_with_start,
        last_episodes.start_date as last_episode_date,
        last_episodes.submission_id as last_episode_submission_id,
        last_episodes.held_as_at,
        last_episodes.end_date,
        last_episodes.end_reason_code,
        last_episodes.legal_status_code,
        last_episodes.is_unread
    from placed as first_episodes
    inner join placed as last_episodes
        on
            first_episodes.child_key = last_episodes.child_key
            and first_episodes.chain_number = last_episodes.chain_number
            and last_episodes.place_from_end = 1
    where first_episodes.place_from_start = 1
),

containing as (
    select
        chains.child_key,
        chains.first_episode_date,
        max(periods.start_date) as period_start_date
    from chains
    inner join {{ ref('hist_annex_a_care_periods') }} as periods
        on
            chains.child_key = periods.child_key
            and chains.first_episode_date >= periods.start_date
            and (
                periods.end_date is null
                or chains.first_episode_date < periods.end_date
            )
    group by
        chains.child_key,
        chains.first_episode_date
),

started as (
    select
        chains.*,
        case
            when coalesce(chains.begins_with_start, false)
                then chains.first_episode_date
            else
                coalesce(
                    containing.period_start_date, chains.first_episode_date
                )
        end as start_date,
        coalesce(chains.begins_with_start, false)
        or containing.period_start_date is not null as is_start_known
    from chains
    left join containing
        on
            chains.child_key = containing.child_key
            and chains.first_episode_date = containing.first_episode_date
)

select * from started
