-- One row per period of care and episode of one SSDA903 version, short breaks
-- aside, by which that submission holds the period: the episode begins inside
-- it (docs/history.md, 'Periods of care'). A period is a chain of the resolved
-- episodes or one of list 8: of that the return may hold no chain any more.
with

episodes as (
    select *
    from {{ ref('stg_ssda903__episodes') }}
    where legal_status_code is null or legal_status_code not in ('V3', 'V4')
),

-- which later ones begin inside it is known when the period's end is
held_chains as (
    select
        episodes.submission_id,
        episodes.row_id,
        episodes.start_date as row_start_date,
        episodes.end_date as row_end_date,
        chains.child_key,
        chains.start_date,
        chains.end_date,
        chains.end_reason_code,
        chains.legal_status_code,
        chains.is_unread,
        chains.is_unread as is_end_unread,
        chains.is_start_known,
        chains.last_episode_date,
        -- the chain is as the submission of its last episode gives it
        episodes.submission_id = chains.last_episode_submission_id
        and episodes.start_date = chains.last_episode_date as describes_period
    from {{ ref('hist_care_chains') }} as chains
    inner join episodes
        on
            chains.child_key = episodes.child_key
            and chains.start_date <= episodes.start_date
),

held_list_periods as (
    select
        episodes.submission_id,
        episodes.row_id,
        episodes.start_date as row_start_date,
        episodes.end_date as row_end_date,
        periods.child_key,
        periods.start_date,
        periods.end_date,
        cast(null as string) as end_reason_code,
        cast(null as string) as legal_status_code,
        false as is_unread,
        false as is_end_unread,
        true as is_start_known,
        periods.start_date as last_episode_date,
        false as describes_period
    from {{ ref('hist_annex_a_care_periods') }} as periods
    inner join episodes
        on
            periods.child_key = episodes.child_key
            and periods.start_date <= episodes.start_date
            and (
                periods.end_date is null
                or periods.end_date > episodes.start_date
                or periods.start_date = episodes.start_date
            )
),

final as (
    select * from held_chains
    union all
    select * from held_list_periods
)

select * from final
