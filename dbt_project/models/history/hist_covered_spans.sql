-- One row per kind of record, area and unbroken span of days that some
-- submission covers.
with

runs as (
    select * from {{ ref('hist_covered_runs') }}
),

marked as (
    select
        *,
        case
            when
                lag(run_to) over (
                    partition by entity, area_code
                    order by run_from
                ) = {{ add_days('run_from', -1) }}
                then 0
            else 1
        end as starts_span
    from runs
),

numbered as (
    select
        *,
        sum(starts_span) over (
            partition by entity, area_code
            order by run_from
            rows unbounded preceding
        ) as span_number
    from marked
),

spans as (
    select
        entity,
        area_code,
        min(run_from) as span_from,
        max(run_to) as span_to
    from numbered
    group by
        entity,
        area_code,
        span_number
)

select * from spans
