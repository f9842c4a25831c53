-- One row per published series that an indicator is compared with, area,
-- neighbour model, period and basis.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

areas as (
    select * from {{ ref('areas') }}
),

published as (
    select * from {{ ref('hist_compared_figures') }}
),

authorities as (
    select
        published.series_id,
        published.indicator_id,
        coalesce(areas.area_code, 'DFE-' || published.dfe_code) as area_code,
        coalesce(areas.area_name, published.area_name) as area_name,
        coalesce(areas.area_type, 'la') as area_type,
        published.basis,
        published.period_label,
        published.period_start,
        published.period_end,
        published.value,
        published.status,
        cast(null as integer) as n_available,
        cast(null as string) as neighbour_model,
        published.source
    from published
    left join areas
        on published.dfe_code = areas.dfe_code
),

-- the plain mean of the home area's neighbours that have a value; nothing is
-- weighted. Decimals add up to the same in any order of rows.
neighbour_means as (
    select
        published.series_id,
        published.indicator_id,
        'SN-' || run.home_area as area_code,
        'Statistical neighbours' as area_name,
        'statistical_neighbours' as area_type,
        published.basis,
        published.period_label,
        published.period_start,
        published.period_end,
        avg(cast(published.value as decimal(30, 14))) as value,
        case
            when count(published.value) = 0 then 'not_published'
            else 'ok'
        end as status,
        cast(count(published.value) as integer) as n_available,
        neighbours.neighbour_model,
        published.source
    from {{ ref('hist_neighbours') }} as neighbours
    inner join areas
        on neighbours.dfe_code = areas.dfe_code
    inner join run
        on areas.area_code = run.home_area
    inner join published
        on neighbours.neighbour_dfe_code = published.dfe_code
    group by
        published.series_id,
        published.indicator_id,
        run.home_area,
        published.basis,
        published.period_label,
        published.period_start,
        published.period_end,
        published.source,
        neighbours.neighbour_model
),

everything as (
    select * from authorities
    union all
    select * from neighbour_means
),

final as (
    select
        everything.series_id,
        everything.indicator_id,
        everything.area_code,
        everything.area_name,
        everything.area_type,
        everything.basis,
        everything.period_label,
        everything.period_start,
        everything.period_end,
        everything.value,
        everything.status,
        everything.n_available,
        everything.neighbour_model,
        everything.source,
        {{ record_key('benchmark', [
            'everything.series_id',
            'everything.area_code',
            'everything.basis',
            'everything.period_end',
            'everything.neighbour_model',
        ]) }} as benchmark_key,
        everything.period_end as published_on,
        run.run_id
    from everything
    cross join run
)

select * from final
