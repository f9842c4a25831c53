-- One row per chain of episodes and episode of one SSDA903 version, short
-- breaks aside, that begins on the chain's first day or later: the submission
-- holds the chain while the episode begins inside it (contract.md 3, 'Periods
-- of care').
with

holdings as (
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
        chains.is_start_known,
        chains.last_episode_date,
        -- the chain stands as the submission of its last episode gives it
        episodes.submission_id = chains.last_episode_submission_id
        and episodes.start_date = chains.last_episode_date as describes_period
    from {{ ref('hist_care_chains') }} as chains
    inner join {{ ref('stg_ssda903__episodes') }} as episodes
        on
            chains.child_key = episodes.child_key
            and chains.start_date <= episodes.start_date
    where
        episodes.legal_status_code is null
        or episodes.legal_status_code not in ('V3', 'V4')
)

select * from holdings
