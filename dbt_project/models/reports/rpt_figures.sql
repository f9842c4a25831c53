-- One row per edition, indicator, area and period on the headline basis: what a
-- chart and the table below it print, rounded once, with what the years
-- before lead one to expect. dbt writes the restricted edition; the public one
-- is made of it by the disclosure gate (orchestration/reports/disclosure).
with

figures as (
    select
        figures.*,
        indicators.published_decimals as decimals
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    where figures.breakdown = 'all'
),

newest_breaks as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.period_end,
        max(breaks.break_on) as break_on
    from figures
    inner join {{ ref('dim_method_breaks') }} as breaks
        on
            figures.indicator_id = breaks.indicator_id
            and figures.period_end >= breaks.break_on
    group by
        figures.indicator_id,
        figures.area_code,
        figures.period_end
),

dated as (
    select
        figures.*,
        newest_breaks.break_on
    from figures
    left join newest_breaks
        on
            figures.indicator_id = newest_breaks.indicator_id
            and figures.area_code = newest_breaks.area_code
            and figures.period_end = newest_breaks.period_end
),

changes as (
    select * from {{ ref('fct_changes') }}
),

final as (
    select
        'restricted' as edition,
        dated.indicator_id,
        dated.area_code,
        dated.basis,
        dated.period_start,
        dated.period_end,
        dated.numerator,
        dated.denominator,
        {{ printed_value('dated.value', 'dated.decimals') }} as value,
        {{ printed_value(
            'dated.confidence_lower', 'dated.decimals'
        ) }} as confidence_lower,
        {{ printed_value(
            'dated.confidence_upper', 'dated.decimals'
        ) }} as confidence_upper,
        -- judged before rounding: an interval that only rounds to 0 excludes it
        case
            when dated.confidence_lower > 0 then 'above'
            when dated.confidence_upper < 0 then 'below'
            when dated.confidence_lower is not null then 'none'
        end as significance,
        dated.status,
        dated.status_reason,
        dated.source,
        {{ printed_value(
            'dated.first_reported_value', 'dated.decimals'
        ) }} as first_reported_value,
        dated.is_provisional,
        dated.break_on,
        cast(coalesce(changes.n_compared, 0) as integer) as n_compared,
        changes.compared_from,
        changes.compared_to,
        {{ printed_value('changes.usual', 'dated.decimals') }} as usual,
        {{ printed_value(
            'changes.lower_limit', 'dated.decimals + 1'
        ) }} as lower_limit,
        {{ printed_value(
            'changes.upper_limit', 'dated.decimals + 1'
        ) }} as upper_limit,
        changes.change,
        dated.run_id
    from dated
    left join changes
        on
            dated.indicator_id = changes.indicator_id
            and dated.area_code = changes.area_code
            and dated.period_end = changes.period_end
)

select * from final
