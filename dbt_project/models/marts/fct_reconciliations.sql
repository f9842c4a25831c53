-- One row per state or indicator, area and date of which there are two figures
-- (of two sources, of a stock and its flows, of now and when first published):
-- both, how far they are apart, and whether that is within tolerance.
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
        3 as always_tolerated,
        0.1 as share_tolerated
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
            as always_tolerated,
        0.1 as share_tolerated
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

stocks as (
    select
        'flow.' || stock as reconciliation_id,
        cast(null as string) as indicator_id,
        case stock
            when 'looked_after' then 'Children looked after at the month end'
            else 'Children on a child protection plan at the month end'
        end as title,
        area_code,
        period_end,
        'the month before, with who came and who went' as first_source,
        cast(n_expected as double) as first_figure,
        'the month end' as second_source,
        cast(n_children as double) as second_figure,
        0 as always_tolerated,
        0 as share_tolerated
    from {{ ref('val_stocks') }}
),

first_published as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code, basis, period_end
            order by run_number
        ) as age_rank
    from {{ ref('stg_run__vintages') }}
    where breakdown = 'all' and numerator is not null
),

-- a late correction may be right, but somebody has to know
restated as (
    select
        'restated.' || figures.indicator_id || '.' || figures.basis
            as reconciliation_id,
        figures.indicator_id,
        'Numerator: ' || indicators.title as title,
        figures.area_code,
        figures.period_end,
        'counted now' as first_source,
        figures.numerator as first_figure,
        'first published by run ' || first_published.run_id as second_source,
        first_published.numerator as second_figure,
        4 as always_tolerated,
        0.1 as share_tolerated
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on figures.indicator_id = indicators.indicator_id
    inner join first_published
        on
            figures.indicator_id = first_published.indicator_id
            and figures.area_code = first_published.area_code
            and figures.basis = first_published.basis
            and figures.period_end = first_published.period_end
            and first_published.age_rank = 1
    where figures.breakdown = 'all' and figures.numerator is not null
),

everything as (
    select * from returns
    union all
    select * from published
    union all
    select * from stocks
    union all
    select * from restated
),

-- a tenth of the second figure, or 3 of what is counted (4 of what was
-- published before), a tenth of a point of a score, where that is more; a stock
-- and its flows agree (November 2026)
tolerated as (
    select
        *,
        first_figure - second_figure as difference,
        greatest(always_tolerated, share_tolerated * abs(second_figure))
            as tolerance
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
-- what stands as first published needs no row: that is nearly all
where not is_within or not reconciliation_id like 'restated.%'
