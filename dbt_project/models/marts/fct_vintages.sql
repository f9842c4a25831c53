-- One row per figure and run that published it otherwise than the run before:
-- what was said when. A run of an earlier knowledge date adds none.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

known as (
    select
        *,
        row_number() over (
            partition by
                indicator_id,
                area_code,
                basis,
                period_end,
                breakdown,
                breakdown_value
            order by run_number desc
        ) as newest_rank
    from {{ ref('stg_run__vintages') }}
),

changed as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.basis,
        figures.period_end,
        figures.breakdown,
        figures.breakdown_value,
        figures.numerator,
        figures.denominator,
        figures.value,
        figures.share_of_rate,
        figures.status,
        run.run_id
    from {{ ref('fct_indicator_values') }} as figures
    cross join run
    left join known
        on
            figures.indicator_id = known.indicator_id
            and figures.area_code = known.area_code
            and figures.basis = known.basis
            and figures.period_end = known.period_end
            and figures.breakdown = known.breakdown
            and figures.breakdown_value = known.breakdown_value
            and known.newest_rank = 1
    where
        run.records_first_reported
        and (
            known.run_id is null
            or figures.numerator is distinct from known.numerator
            or figures.denominator is distinct from known.denominator
            or figures.value is distinct from known.value
            or figures.share_of_rate is distinct from known.share_of_rate
            or figures.status is distinct from known.status
        )
),

published as (
    select
        known.indicator_id,
        known.area_code,
        known.basis,
        known.period_end,
        known.breakdown,
        known.breakdown_value,
        known.numerator,
        known.denominator,
        known.value,
        known.share_of_rate,
        known.status,
        known.run_id,
        runs.finished_at as published_at
    from known
    inner join {{ ref('stg_run__runs') }} as runs
        on known.run_id = runs.run_id
    -- figures that nobody asks for any more are left out
    inner join {{ ref('dim_indicators') }} as indicators
        on known.indicator_id = indicators.indicator_id
    inner join {{ ref('dim_periods') }} as periods
        on
            known.basis = periods.basis
            and known.period_end = periods.period_end
    union all
    -- the run under way enters its end when it is done
    select
        changed.*,
        cast(null as {{ type_of_moment() }}) as published_at
    from changed
)

select * from published
