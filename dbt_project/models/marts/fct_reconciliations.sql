-- One row per state or indicator, area and date of which two sources give the
-- figure: both, how far they are apart, and whether that is within tolerance.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

snapshots as (
    select * from {{ ref('hist_return_snapshots') }}
),

-- only a date that both returns attest can be compared
returns as (
    select
        lists.state as reconciliation_id,
        cast(null as string) as indicator_id,
        case lists.state
            when 'looked_after' then 'Children looked after'
            else 'Children on a child protection plan'
        end as title,
        lists.area_code,
        lists.as_at_date as period_end,
        lists.source as first_source,
        cast(lists.n_children as double) as first_figure,
        statutory.source as second_source,
        cast(statutory.n_children as double) as second_figure,
        3 as always_tolerated
    from snapshots as lists
    inner join snapshots as statutory
        on
            lists.state = statutory.state
            and lists.area_code = statutory.area_code
            and lists.as_at_date = statutory.as_at_date
            and statutory.source <> 'annex_a'
    where lists.source = 'annex_a'
),

-- where a period of DfE's ends on the same day: of its years to 31 March the
-- twelve months and the state at their end are ours
published as (
    select
        'published.' || figures.indicator_id as reconciliation_id,
        figures.indicator_id,
        indicators.title,
        figures.area_code,
        figures.period_end,
        figures.source as first_source,
        figures.value as first_figure,
        benchmarks.source as second_source,
        benchmarks.value as second_figure,
        case when indicators.unit = 'points' then 0.1 else 3 end
            as always_tolerated
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    inner join {{ ref('fct_benchmarks') }} as benchmarks
        on
            figures.indicator_id = benchmarks.indicator_id
            and figures.area_code = benchmarks.area_code
            and figures.period_end = benchmarks.period_end
            and benchmarks.area_type = 'la'
            and benchmarks.status = 'ok'
    where
        figures.breakdown = 'all'
        and figures.status = 'ok'
        -- a figure that is DfE's own agrees with itself
        and indicators.method <> 'published'
),

everything as (
    select * from returns
    union all
    select * from published
),

-- a tenth of the statutory figure, or 3 of what is counted, a tenth of a point
-- of a score, where that is more (November 2026)
tolerated as (
    select
        *,
        first_figure - second_figure as difference,
        greatest(always_tolerated, 0.1 * abs(second_figure)) as tolerance
    from everything
),

final as (
    select
        tolerated.*,
        abs(tolerated.difference) <= tolerated.tolerance as is_within,
        run.run_id
    from tolerated
    cross join run
)

select
    reconciliation_id,
    indicator_id,
    title,
    area_code,
    period_end,
    first_source,
    first_figure,
    second_source,
    second_figure,
    difference,
    cast(tolerance as double) as tolerance,
    is_within,
    run_id
from final
