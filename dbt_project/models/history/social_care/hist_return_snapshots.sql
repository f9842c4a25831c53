-- One row per kind of record and serving submission that tells who was in a
-- state on its as-at date: the children in it, by that one return alone.
with

covers as (
    select
        area_code,
        source,
        submission_id,
        as_at_date,
        case
            when entity = 'cp_plan' then 'cp_plan'
            else 'looked_after'
        end as state
    from {{ ref('hist_covers') }}
    where entity in ('annex_a_care_period', 'episode', 'cp_plan')
),

rows_of_returns as (
    select
        submission_id,
        'looked_after' as state,
        child_key,
        start_date,
        end_date
    from {{ ref('stg_annex_a__list_8') }}
    where
        (legal_status_code is null or legal_status_code not in ('V3', 'V4'))
        and not {{ is_unread(['legal_status_code']) }}
    union all
    select
        submission_id,
        'looked_after' as state,
        child_key,
        start_date,
        end_date
    from {{ ref('stg_ssda903__episodes') }}
    where
        (legal_status_code is null or legal_status_code not in ('V3', 'V4'))
        and not {{ is_unread(['legal_status_code']) }}
    union all
    select
        submission_id,
        'cp_plan' as state,
        child_key,
        start_date,
        end_date
    from {{ ref('stg_annex_a__list_7') }}
    union all
    select
        submission_id,
        'cp_plan' as state,
        child_key,
        start_date,
        end_date
    from {{ ref('stg_cin_census__child_protection_plans') }}
),

counted as (
    select
        covers.submission_id,
        covers.state,
        count(distinct rows_of_returns.child_key) as n_children
    from covers
    inner join rows_of_returns
        on
            covers.submission_id = rows_of_returns.submission_id
            and covers.state = rows_of_returns.state
    where
        covers.as_at_date >= rows_of_returns.start_date
        and (
            rows_of_returns.end_date is null
            or covers.as_at_date < rows_of_returns.end_date
        )
    group by
        covers.submission_id,
        covers.state
),

-- a return in which nobody is in the state says so too: hence the left join
final as (
    select
        covers.state,
        covers.area_code,
        covers.source,
        covers.submission_id,
        covers.as_at_date,
        coalesce(counted.n_children, 0) as n_children
    from covers
    left join counted
        on
            covers.submission_id = counted.submission_id
            and covers.state = counted.state
)

select * from final
