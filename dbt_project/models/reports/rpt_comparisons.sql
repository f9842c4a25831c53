-- One row per indicator, group of authorities (or the home authority itself),
-- neighbour model, period and basis with a published figure, rounded as the
-- indicator is.
with

benchmarks as (
    select
        benchmarks.*,
        indicators.published_decimals as decimals,
        case
            when areas.is_home then 'home'
            when benchmarks.area_type = 'statistical_neighbours'
                then 'statistical_neighbours'
            when benchmarks.area_type = 'country' then 'england'
            when benchmarks.area_name = 'London' then 'london'
            when benchmarks.area_name = 'Outer London' then 'outer_london'
        end as comparator,
        -- of two series on the same period the first by name is printed
        row_number() over (
            partition by
                benchmarks.indicator_id,
                benchmarks.area_code,
                benchmarks.neighbour_model,
                benchmarks.period_end,
                benchmarks.basis
            order by
                case when benchmarks.status = 'ok' then 0 else 1 end,
                benchmarks.series_id
        ) as series_rank
    from {{ ref('fct_benchmarks') }} as benchmarks
    inner join {{ ref('dim_indicators') }} as indicators
        on benchmarks.indicator_id = indicators.indicator_id
    left join {{ ref('dim_areas') }} as areas
        on benchmarks.area_code = areas.area_code
    where
        areas.is_home
        or benchmarks.area_type in (
            'region', 'country', 'statistical_neighbours'
        )
),

final as (
    select
        indicator_id,
        comparator,
        coalesce(neighbour_model, '') as neighbour_model,
        basis,
        {{ printed_period('basis', 'period_end') }} as period_label,
        period_start,
        period_end,
        {{ printed_value('value', 'decimals') }} as value,
        status,
        n_available,
        source,
        run_id
    from benchmarks
    where comparator is not null and series_rank = 1
)

select * from final
