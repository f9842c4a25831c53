-- One row per neighbour model, authority and place among its statistical
-- neighbours.
with

neighbours as (
    select * from {{ ref('hist_neighbours') }}
),

areas as (
    select * from {{ ref('areas') }}
    where area_type = 'la'
),

-- a workbook that names an authority twice gives one neighbour a place
named as (
    select
        neighbours.neighbour_model,
        areas.area_code,
        neighbours.neighbour_rank,
        min(others.area_code) as neighbour_area_code
    from neighbours
    inner join areas
        on neighbours.dfe_code = areas.dfe_code
    inner join areas as others
        on neighbours.neighbour_dfe_code = others.dfe_code
    group by
        neighbours.neighbour_model,
        areas.area_code,
        neighbours.neighbour_rank
),

final as (
    select
        named.neighbour_model,
        named.area_code,
        cast(named.neighbour_rank as integer) as neighbour_rank,
        named.neighbour_area_code,
        areas.area_name as neighbour_name,
        run.run_id
    from named
    inner join areas
        on named.neighbour_area_code = areas.area_code
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
