-- One row per indicator, area, period and group of records on the headline
-- basis: the parts of a figure, rounded once, in the order in which people read
-- the groups. Of the restricted edition only: what a part of few records would
-- tell has not been through the disclosure gate.
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
    where figures.breakdown <> 'all'
),

ratios as (
    select
        *,
        'ethnic_group' as breakdown
    from {{ ref('fct_disproportionality') }}
),

final as (
    select
        'restricted' as edition,
        figures.indicator_id,
        figures.area_code,
        figures.basis,
        figures.period_end,
        figures.breakdown,
        figures.breakdown_value,
        places.sort_order,
        figures.numerator,
        figures.denominator,
        {{ printed_value('figures.value', 'figures.decimals') }} as value,
        {{ printed_value(
            'figures.share_of_rate', 'figures.decimals'
        ) }} as share_of_rate,
        ratios.reference_group,
        {{ printed_value('ratios.rate_ratio', '1') }} as rate_ratio,
        {{ printed_value('ratios.rate_ratio_lower', '1') }} as rate_ratio_lower,
        {{ printed_value('ratios.rate_ratio_upper', '1') }} as rate_ratio_upper,
        figures.status,
        figures.status_reason,
        figures.run_id
    from figures
    inner join {{ ref('dim_breakdown_values') }} as places
        on
            figures.breakdown = places.breakdown
            and figures.breakdown_value = places.breakdown_value
    left join ratios
        on
            figures.breakdown = ratios.breakdown
            and figures.indicator_id = ratios.indicator_id
            and figures.area_code = ratios.area_code
            and figures.basis = ratios.basis
            and figures.period_end = ratios.period_end
            and figures.breakdown_value = ratios.ethnic_group
)

select * from final
