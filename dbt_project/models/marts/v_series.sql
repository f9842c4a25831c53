{{ config(materialized='view') }}
-- One row per figure, with what a reader of it needs: names, unit, place among
-- its group, target, and the neighbours' and England's figure of the same
-- period and basis.
with

-- of two series of a period the first by name, of two neighbour models the
-- newer
compared as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_type, basis, period_end
            order by
                case when status = 'ok' then 0 else 1 end,
                neighbour_model desc,
                series_id
        ) as place
    from {{ published('fct_benchmarks') }}
    where
        indicator_id is not null
        and area_type in ('statistical_neighbours', 'country')
)

select
    figures.indicator_id,
    indicators.title,
    indicators.caption,
    indicators.plan,
    indicators.position,
    indicators.family,
    figures.area_code,
    areas.area_name,
    areas.region_name,
    areas.is_home,
    figures.basis,
    figures.period_start,
    figures.period_end,
    periods.period_label,
    figures.breakdown,
    figures.breakdown_value,
    places.sort_order,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.share_of_rate,
    indicators.unit,
    indicators.good_is,
    indicators.published_decimals,
    figures.status,
    figures.status_reason,
    figures.first_reported_value,
    figures.is_provisional,
    targets.target,
    neighbours.value as neighbours_value,
    england.value as england_value,
    figures.run_id
from {{ published('fct_indicator_values') }} as figures
inner join {{ published('dim_indicators') }} as indicators
    on figures.indicator_id = indicators.indicator_id
inner join {{ published('dim_areas') }} as areas
    on figures.area_code = areas.area_code
inner join {{ published('dim_periods') }} as periods
    on
        figures.basis = periods.basis
        and figures.period_end = periods.period_end
inner join {{ published('dim_breakdown_values') }} as places
    on
        figures.breakdown = places.breakdown
        and figures.breakdown_value = places.breakdown_value
-- only wholes are compared with a target or others; most figures are not
left join {{ published('dim_targets') }} as targets
    on
        figures.indicator_id = targets.indicator_id
        and figures.area_code = targets.area_code
        and figures.breakdown = 'all'
        and figures.basis = indicators.headline_basis
        and figures.period_end >= targets.valid_from
        and (
            targets.valid_to is null or figures.period_end <= targets.valid_to
        )
left join compared as neighbours
    on
        figures.indicator_id = neighbours.indicator_id
        and neighbours.area_code = 'SN-' || figures.area_code
        and figures.basis = neighbours.basis
        and figures.period_end = neighbours.period_end
        and figures.breakdown = 'all'
        and neighbours.area_type = 'statistical_neighbours'
        and neighbours.place = 1
left join compared as england
    on
        figures.indicator_id = england.indicator_id
        and figures.basis = england.basis
        and figures.period_end = england.period_end
        and figures.breakdown = 'all'
        and england.area_type = 'country'
        and england.place = 1
