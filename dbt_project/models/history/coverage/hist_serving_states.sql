-- One row per as-at state, local authority and as-at date: the submission that
-- gives it, the first in precedence (docs/history.md, 'As-at states').
with

ranked as (
    select
        *,
        row_number() over (
            partition by entity, area_code, as_at_date
            order by precedence
        ) as serving_rank
    from {{ ref('hist_covers') }}
    where resolved_as in ('state', 'year_end_state')
),

serving as (
    select
        entity,
        area_code,
        source,
        submission_id,
        as_at_date
    from ranked
    where serving_rank = 1
)

select * from serving
