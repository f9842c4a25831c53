-- One row per pupil and results year whom the authority had looked after for
-- twelve months on 31 March, by the return as at that day alone
-- (docs/education.md, 'Looked-after cohort').
with

returns as (
    select
        area_code,
        submission_id,
        as_at_date,
        cast(extract(year from as_at_date) as integer) as academic_year
    from {{ ref('hist_covers') }}
    where
        entity = 'episode'
        and extract(month from as_at_date) = 3
        and extract(day from as_at_date) = 31
),

episodes as (
    select
        returns.area_code,
        returns.academic_year,
        returns.as_at_date,
        {{ date_in_year('returns.academic_year - 1', '04-01') }} as year_from,
        episodes.*,
        {{ is_unread(
            [
                'reason_for_new_episode_code', 'legal_status_code',
                'end_reason_code'
            ],
            of='episodes'
        ) }} as is_episode_unread
    from {{ ref('stg_ssda903__episodes') }} as episodes
    inner join returns
        on episodes.submission_id = returns.submission_id
),

-- short breaks are no periods of care, and take the child out
respites as (
    select distinct
        submission_id,
        child_key
    from episodes
    where
        legal_status_code in ('V3', 'V4')
        and start_date <= as_at_date
        and (end_date is null or end_date > year_from)
),

linked as (
    select
        *,
        lag(end_date) over (
            partition by submission_id, child_key
            order by start_date
        ) as previous_end_date,
        lag(end_reason_code) over (
            partition by submission_id, child_key
            order by start_date
        ) as previous_end_reason_code,
        lag(is_episode_unread) over (
            partition by submission_id, child_key
            order by start_date
        ) as is_previous_unread
    from episodes
    where legal_status_code is null or legal_status_code not in ('V3', 'V4')
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
            partition by submission_id, child_key
            order by start_date
            rows unbounded preceding
        ) as chain_number
    from linked
),

placed as (
    select
        *,
        min(start_date) over (
            partition by submission_id, child_key, chain_number
        ) as period_start_date,
        max(case when is_episode_unread then 1 else 0 end) over (
            partition by submission_id, child_key, chain_number
        ) = 1 as is_unread,
        row_number() over (
            partition by submission_id, child_key
            order by start_date desc
        ) as newest_rank
    from chained
    where start_date <= as_at_date
),

cohorts as (
    select distinct
        placed.area_code,
        placed.academic_year,
        children.pupil_key
    from placed
    inner join {{ ref('stg_ssda903__header') }} as children
        on
            placed.submission_id = children.submission_id
            and placed.child_key = children.child_key
    left join respites
        on
            placed.submission_id = respites.submission_id
            and placed.child_key = respites.child_key
    where
        placed.newest_rank = 1
        and not placed.is_unread
        and (placed.end_date is null or placed.end_date > placed.as_at_date)
        and placed.period_start_date <= placed.year_from
        and respites.child_key is null
        and children.pupil_key is not null
)

select * from cohorts
