-- One row per local authority and mid-year estimate of children aged 0 to 17,
-- from the file that serves at the knowledge date, as far as the estimate's
-- date (30 June of its year) had passed.
with

serving as (
    select estimates.*
    from {{ ref('stg_population__estimates') }} as estimates
    inner join {{ ref('hist_reference_tables') }} as reference_tables
        on
            estimates.submission_id = reference_tables.submission_id
            and reference_tables.source = 'population'
            and reference_tables.table_name = 'estimates'
    cross join {{ ref('stg_run__run') }} as run
    where
        lower(estimates.geographic_level) = 'local authority'
        and estimates.population is not null
        and {{ mid_year_date('estimates.mid_year') }} <= run.knowledge_date
),

-- an authority keeps its DfE code when its ONS code changes with its boundary
coded as (
    select
        coalesce(
            areas.area_code, by_code.area_code, serving.area_code
        ) as area_code,
        serving.mid_year,
        max(serving.population) as population
    from serving
    left join {{ ref('areas') }} as areas
        on serving.dfe_code = areas.dfe_code
    left join {{ ref('hist_area_codes') }} as by_code
        on serving.area_code = by_code.code
    group by
        coalesce(areas.area_code, by_code.area_code, serving.area_code),
        serving.mid_year
),

newest as (
    select
        *,
        max(mid_year) over () as newest_mid_year
    from coded
)

select * from newest
