-- One row per rate, local authority, basis, period and ethnic group: how often
-- the group is counted against the area's largest group, over the residents of
-- all ages of Census 2021 (docs/figures.md, 'Disproportionality').
{%- set least_children = 10 %}
with

residents as (
    select
        area_code,
        breakdown_value as ethnic_group,
        population,
        row_number() over (
            partition by area_code
            order by population desc, breakdown_value
        ) as size_rank
    from {{ ref('dim_population') }}
    where breakdown = 'ethnic_group'
),

parts as (
    select figures.*
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on figures.indicator_id = indicators.indicator_id
    where
        indicators.kind = 'rate_per_10k'
        and figures.breakdown = 'ethnic_group'
        and figures.numerator is not null
),

periods as (
    select distinct
        indicator_id,
        area_code,
        basis,
        period_start,
        period_end
    from parts
),

-- a group of which nobody was counted has a row here, too
compared as (
    select
        periods.*,
        own.ethnic_group,
        own.population,
        largest.ethnic_group as reference_group,
        largest.population as reference_population,
        coalesce(parts.numerator, 0) as numerator,
        coalesce(reference.numerator, 0) as reference_numerator
    from periods
    inner join residents as own
        on periods.area_code = own.area_code
    inner join residents as largest
        on
            periods.area_code = largest.area_code
            and largest.size_rank = 1
    left join parts
        on
            periods.indicator_id = parts.indicator_id
            and periods.area_code = parts.area_code
            and periods.basis = parts.basis
            and periods.period_end = parts.period_end
            and own.ethnic_group = parts.breakdown_value
    left join parts as reference
        on
            periods.indicator_id = reference.indicator_id
            and periods.area_code = reference.area_code
            and periods.basis = reference.basis
            and periods.period_end = reference.period_end
            and largest.ethnic_group = reference.breakdown_value
),

-- of fewer children one more or less would say something else
ratios as (
    select
        *,
        case
            when least(numerator, reference_numerator) >= {{ least_children }}
                then
                    numerator
                    * reference_population
                    / (population * reference_numerator)
        end as rate_ratio,
        case
            when least(numerator, reference_numerator) >= {{ least_children }}
                then 1.96 * sqrt(1 / numerator + 1 / reference_numerator)
        end as margin_of_logarithm
    from compared
),

bounded as (
    select
        *,
        case
            when ethnic_group <> reference_group
                then rate_ratio * exp(-margin_of_logarithm)
        end as rate_ratio_lower,
        case
            when ethnic_group <> reference_group
                then rate_ratio * exp(margin_of_logarithm)
        end as rate_ratio_upper
    from ratios
),

final as (
    select
        bounded.indicator_id,
        bounded.area_code,
        bounded.basis,
        bounded.period_start,
        bounded.period_end,
        bounded.ethnic_group,
        bounded.numerator,
        bounded.population as census_residents,
        bounded.reference_group,
        bounded.reference_numerator,
        bounded.reference_population as reference_residents,
        bounded.rate_ratio,
        bounded.rate_ratio_lower,
        bounded.rate_ratio_upper,
        case
            when bounded.ethnic_group = bounded.reference_group
                then 'the largest group'
            when bounded.rate_ratio is null
                then 'not enough children to say'
            when bounded.rate_ratio_lower > 1 then 'more often'
            when bounded.rate_ratio_upper < 1 then 'less often'
            else 'no difference beyond chance'
        end as finding,
        'Census 2021, all ages' as residents_are,
        run.run_id
    from bounded
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
