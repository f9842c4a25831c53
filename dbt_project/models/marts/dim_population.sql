-- One row per area, year and group of people: what rates and rate ratios are
-- computed over.
with

estimates as (
    select * from {{ ref('hist_population_estimates') }}
),

whole as (
    select
        area_code,
        mid_year as population_year,
        'all' as breakdown,
        'all' as breakdown_value,
        '0-17' as ages,
        population,
        'ONS mid-year estimates' as source
    from estimates
),

by_sex_and_age as (
    select
        area_code,
        mid_year as population_year,
        breakdown,
        breakdown_value,
        case breakdown
            when 'age_band' then breakdown_value
            else '0-17'
        end as ages,
        population,
        'ONS mid-year estimates' as source
    from {{ ref('hist_group_populations') }}
),

by_ethnic_group as (
    select
        area_code,
        2021 as population_year,
        'ethnic_group' as breakdown,
        ethnic_group as breakdown_value,
        'all ages' as ages,
        population,
        'Census 2021' as source
    from {{ ref('census_2021_ethnic_groups') }}
),

everyone as (
    select * from whole
    union all
    select * from by_sex_and_age
    union all
    select * from by_ethnic_group
),

-- an authority of an old estimate may be none of today's areas
final as (
    select
        everyone.area_code,
        cast(everyone.population_year as integer) as population_year,
        everyone.breakdown,
        everyone.breakdown_value,
        everyone.ages,
        cast(everyone.population as bigint) as population,
        everyone.source,
        run.run_id
    from everyone
    inner join {{ ref('dim_areas') }} as areas
        on everyone.area_code = areas.area_code
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
