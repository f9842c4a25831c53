-- One row per chain of episodes and SSDA903 submission that holds it: one with
-- an episode, not a short break, that begins inside it (contract.md 3, 'Periods
-- of care').
with

holdings as (
    select
        episodes.submission_id,
        min(episodes.row_id) as row_id,
        chains.child_key,
        chains.start_date,
        chains.end_date,
        chains.end_reason_code,
        chains.legal_status_code,
        chains.is_start_known,
        chains.last_episode_date
    from {{ ref('hist_care_chains') }} as chains
    inner join {{ ref('stg_ssda903__episodes') }} as episodes
        on
            chains.child_key = episodes.child_key
            and chains.first_episode_date <= episodes.start_date
            and chains.last_episode_date >= episodes.start_date
    where
        episodes.legal_status_code is null
        or episodes.legal_status_code not in ('V3', 'V4')
    group by
        episodes.submission_id,
        chains.child_key,
        chains.start_date,
        chains.end_date,
        chains.end_reason_code,
        chains.legal_status_code,
        chains.is_start_known,
        chains.last_episode_date
)

select * from holdings
