{{ config(materialized='view') }}
-- One row per indicator and local authority: its newest figure on the headline
-- basis with names, unit and target, the last value that there is of it, and
-- the newest figure of neighbours and England that is not of a later period.
with

compared as (
    select
        newest.indicator_id,
        newest.area_code,
        benchmarks.area_type,
        benchmarks.value,
        benchmarks.basis,
        benchmarks.period_end,
        row_number() over (
            partition by
                newest.indicator_id, newest.area_code, benchmarks.area_type
            order by
                benchmarks.period_end desc,
                benchmarks.neighbour_model desc,
                benchmarks.series_id
        ) as place
    from {{ published('fct_newest_figures') }} as newest
    inner join {{ published('fct_benchmarks') }} as benchmarks
        on
            newest.indicator_id = benchmarks.indicator_id
            and newest.period_end >= benchmarks.period_end
            and (
                benchmarks.area_type = 'country'
                or benchmarks.area_code = 'SN-' || newest.area_code
            )
    where benchmarks.value is not null
)

select
    newest.indicator_id,
    indicators.title,
    indicators.caption,
    indicators.plan,
    indicators.position,
    indicators.family,
    newest.area_code,
    areas.area_name,
    areas.region_name,
    areas.is_home,
    newest.basis,
    newest.period_start,
    newest.period_end,
    periods.period_label,
    figures.numerator,
    figures.denominator,
    figures.value,
    newest.status,
    newest.status_reason,
    newest.last_value,
    newest.last_value_period_end,
    indicators.unit,
    indicators.good_is,
    indicators.published_decimals,
    targets.target,
    neighbours.value as neighbours_value,
    neighbours.basis as neighbours_basis,
    neighbours.period_end as neighbours_period_end,
    england.value as england_value,
    england.basis as england_basis,
    england.period_end as england_period_end,
    newest.run_id
from {{ published('fct_newest_figures') }} as newest
inner join {{ published('fct_indicator_values') }} as figures
    on
        newest.indicator_id = figures.indicator_id
        and newest.area_code = figures.area_code
        and newest.basis = figures.basis
        and newest.period_end = figures.period_end
        and figures.breakdown = 'all'
inner join {{ published('dim_indicators') }} as indicators
    on newest.indicator_id = indicators.indicator_id
inner join {{ published('dim_areas') }} as areas
    on newest.area_code = areas.area_code
inner join {{ published('dim_periods') }} as periods
    on
        newest.basis = periods.basis
        and newest.period_end = periods.period_end
-- not every indicator has a target, neighbours with a figure, or England
left join {{ published('dim_targets') }} as targets
    on
        newest.indicator_id = targets.indicator_id
        and newest.area_code = targets.area_code
        and newest.period_end >= targets.valid_from
        and (
            targets.valid_to is null or newest.period_end <= targets.valid_to
        )
left join compared as neighbours
    on
        newest.indicator_id = neighbours.indicator_id
        and newest.area_code = neighbours.area_code
        and neighbours.area_type = 'statistical_neighbours'
        and neighbours.place = 1
left join compared as england
    on
        newest.indicator_id = england.indicator_id
        and newest.area_code = england.area_code
        and england.area_type = 'country'
        and england.place = 1
