-- One row per local authority and mid-year estimate of children aged 0 to 17,
-- from the file that serves at the knowledge date, as far as the estimate's
-- date (30 June of its year) had passed; with the children of its groups by the
-- newest estimates by age and sex up to that year.
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
),

by_group as (
    select
        area_code,
        mid_year,
        {{ amounts_by(
            group_key('breakdown', 'breakdown_value'),
            'cast(population as decimal(24, 10))'
        ) }} as group_populations
    from {{ ref('hist_group_populations') }}
    group by
        area_code,
        mid_year
),

-- an estimate without groups keeps its row
grouped as (
    select
        newest.*,
        by_group.mid_year as groups_year,
        by_group.group_populations,
        row_number() over (
            partition by newest.area_code, newest.mid_year
            order by by_group.mid_year desc
        ) as groups_rank
    from newest
    left join by_group
        on
            newest.area_code = by_group.area_code
            and newest.mid_year >= by_group.mid_year
),

final as (
    select
        area_code,
        mid_year,
        population,
        newest_mid_year,
        groups_year,
        group_populations
    from grouped
    where groups_rank = 1
)

select * from final
