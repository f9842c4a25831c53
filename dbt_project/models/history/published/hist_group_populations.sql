-- One row per local authority, mid-year and sex or age band of children aged 0
-- to 17, from the estimates by single year of age and sex that serve at the
-- knowledge date, as far as their date had passed.
with

serving as (
    select ages.*
    from {{ ref('stg_population__ages') }} as ages
    inner join {{ ref('hist_reference_tables') }} as reference_tables
        on
            ages.submission_id = reference_tables.submission_id
            and reference_tables.source = 'population'
            and reference_tables.table_name = 'ages'
    cross join {{ ref('stg_run__run') }} as run
    where
        ages.age between 0 and 17
        and ages.sex_code in ('F', 'M')
        and ages.population is not null
        and {{ mid_year_date('ages.mid_year') }} <= run.knowledge_date
),

-- an authority keeps its children when its code changes
coded as (
    select
        coalesce(by_code.area_code, serving.area_code) as area_code,
        serving.mid_year,
        serving.age,
        case serving.sex_code when 'F' then 'female' else 'male' end as sex,
        {{ age_band('serving.age') }} as age_band,
        sum(serving.population) as population
    from serving
    left join {{ ref('hist_area_codes') }} as by_code
        on serving.area_code = by_code.code
    group by
        coalesce(by_code.area_code, serving.area_code),
        serving.mid_year,
        serving.age,
        serving.sex_code
),

-- a file of some ages only tells nothing of a group: 18 ages of two sexes
whole as (
    select
        *,
        count(*) over (partition by area_code, mid_year) as n_cells
    from coded
),

by_group as (
    select
        area_code,
        mid_year,
        'sex' as breakdown,
        sex as breakdown_value,
        population
    from whole
    where n_cells = 36
    union all
    select
        area_code,
        mid_year,
        'age_band' as breakdown,
        age_band as breakdown_value,
        population
    from whole
    where n_cells = 36
),

final as (
    select
        area_code,
        mid_year,
        breakdown,
        breakdown_value,
        cast(sum(population) as bigint) as population
    from by_group
    group by
        area_code,
        mid_year,
        breakdown,
        breakdown_value
)

select * from final
