-- One row per indicator, local authority and period of the grid: whether the
-- days it needs are covered, from which day not, which sources serve the
-- window, and the children of the area.
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

calendar_grid as (
    select
        indicators.indicator_id,
        indicators.covers as entity,
        areas.area_code,
        periods.basis,
        periods.period_start,
        periods.period_end,
        {{ add_months('periods.period_start', '-indicators.history_months') }}
            as needed_from
    from indicators
    inner join {{ ref('stg_run__bases') }} as bases
        on indicators.indicator_id = bases.indicator_id
    inner join {{ ref('hist_periods') }} as periods
        on bases.basis = periods.basis
    cross join {{ ref('stg_run__areas') }} as areas
    -- schools are asked for with the rest of education, and so is what is
    -- supplied as a figure and covers nothing
    where indicators.covers not in ('school', '')
),

-- an extra column of a part of the grid is null in the other
grid as (
    select
        *,
        cast(null as integer) as end_year,
        cast(null as date) as expected_by,
        cast(null as date) as national_expected_by,
        cast(null as double) as national_value,
        cast(null as string) as suspension_status,
        cast(null as string) as suspension_reason,
        false as is_release_provisional,
        cast(null as double) as score_deviation,
        cast(null as string) as supplied_status,
        cast(null as string) as supplied_reason,
        cast(null as double) as supplied_numerator,
        cast(null as double) as supplied_denominator,
        cast(null as double) as supplied_value,
        cast(null as string) as supplied_source
    from calendar_grid
    union all
    select
        indicator_id,
        entity,
        area_code,
        basis,
        period_start,
        period_end,
        period_start as needed_from,
        end_year,
        expected_by,
        national_expected_by,
        national_value,
        suspension_status,
        suspension_reason,
        is_release_provisional,
        score_deviation,
        supplied_status,
        supplied_reason,
        supplied_numerator,
        supplied_denominator,
        supplied_value,
        supplied_source
    from {{ ref('hist_education_grid') }}
),

spans as (
    select * from {{ ref('hist_covered_spans') }}
    union all
    select * from {{ ref('hist_education_spans') }}
),

incident_years as (
    select * from {{ ref('hist_incident_years') }}
),

-- a span holds a day or not, and an area has one row per incident year, so no
-- join can multiply rows
covered as (
    select
        grid.*,
        coalesce(
            incident_years.is_period_end_covered,
            last_spans.span_to is not null
        ) as is_period_end_covered,
        coalesce(
            incident_years.is_window_covered,
            first_spans.span_to >= grid.period_end,
            false
        ) as is_window_covered,
        coalesce(
            incident_years.first_uncovered_day,
            {{ add_days('first_spans.span_to', 1) }},
            grid.needed_from
        ) as first_uncovered_day
    from grid
    left join incident_years
        on
            grid.entity = 'incident_year'
            and grid.area_code = incident_years.area_code
            and grid.period_end = incident_years.period_end
    left join spans as last_spans
        on
            grid.entity = last_spans.entity
            and grid.area_code = last_spans.area_code
            and grid.period_end
            between last_spans.span_from and last_spans.span_to
    left join spans as first_spans
        on
            grid.entity = first_spans.entity
            and grid.area_code = first_spans.area_code
            and grid.needed_from
            between first_spans.span_from and first_spans.span_to
),

runs as (
    select * from {{ ref('hist_covered_runs') }}
    union all
    select * from {{ ref('hist_education_covers') }}
),

serving_sources as (
    select distinct
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_end,
        runs.source
    from grid
    inner join runs
        on
            grid.entity = runs.entity
            and grid.area_code = runs.area_code
            and grid.period_start <= runs.run_to
            and grid.period_end >= runs.run_from
    union all
    select
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_end,
        incident_years.source
    from grid
    inner join incident_years
        on
            grid.entity = 'incident_year'
            and grid.area_code = incident_years.area_code
            and grid.period_end = incident_years.period_end
    where incident_years.source is not null
),

sources as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        {{ joined('source', "'+'") }} as serving_sources
    from serving_sources
    group by
        indicator_id,
        area_code,
        basis,
        period_end
),

-- the mid-year estimate of the financial year's first calendar year, or the
-- newest one before it
financial_years as (
    select
        covered.*,
        {{ financial_year_start('covered.period_end') }} as wanted_mid_year
    from covered
),

newest_years as (
    select max(mid_year) as newest_mid_year
    from {{ ref('hist_population_estimates') }}
),

final as (
    select
        financial_years.*,
        sources.serving_sources,
        estimates.population,
        estimates.mid_year as population_year,
        estimates.group_populations,
        estimates.groups_year,
        financial_years.wanted_mid_year <> estimates.mid_year
            as is_population_provisional
    from financial_years
    cross join newest_years
    left join {{ ref('hist_population_estimates') }} as estimates
        on
            financial_years.area_code = estimates.area_code
            and estimates.mid_year = least(
                financial_years.wanted_mid_year, newest_years.newest_mid_year
            )
    left join sources
        on
            financial_years.indicator_id = sources.indicator_id
            and financial_years.area_code = sources.area_code
            and financial_years.basis = sources.basis
            and financial_years.period_end = sources.period_end
)

select * from final
