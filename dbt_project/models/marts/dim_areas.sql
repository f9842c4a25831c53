-- One row per area: local authorities, regions, England, and the home area's
-- statistical neighbours.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

known as (
    select
        area_code,
        dfe_code,
        area_name,
        area_type,
        region_code
    from {{ ref('areas') }}
),

-- an area in landing that the list of areas does not know is still published
unknown as (
    select
        landed.area_code,
        cast(null as string) as dfe_code,
        landed.area_code as area_name,
        'la' as area_type,
        cast(null as string) as region_code
    from {{ ref('stg_run__areas') }} as landed
    left join known
        on landed.area_code = known.area_code
    where known.area_code is null
),

-- an authority of published figures that has ended, and has no code of today
published as (
    select
        'DFE-' || figures.dfe_code as area_code,
        figures.dfe_code,
        min(figures.area_name) as area_name,
        'la' as area_type,
        cast(null as string) as region_code
    from {{ ref('hist_compared_figures') }} as figures
    left join known
        on figures.dfe_code = known.dfe_code
    where known.area_code is null
    group by figures.dfe_code
),

neighbours as (
    select
        'SN-' || run.home_area as area_code,
        cast(null as string) as dfe_code,
        'Statistical neighbours of ' || coalesce(known.area_name, run.home_area)
            as area_name,
        'statistical_neighbours' as area_type,
        cast(null as string) as region_code
    from run
    left join known
        on run.home_area = known.area_code
),

areas as (
    select * from known
    union all
    select * from unknown
    union all
    select * from published
    union all
    select * from neighbours
),

final as (
    select
        areas.area_code,
        areas.dfe_code,
        areas.area_name,
        areas.area_type,
        nullif(areas.region_code, '') as region_code,
        regions.area_name as region_name,
        areas.area_code = run.home_area as is_home,
        run.run_id
    from areas
    -- an area outside of all regions, or a region itself, keeps its row
    left join known as regions
        on areas.region_code = regions.area_code
    cross join run
)

select * from final
