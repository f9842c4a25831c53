{# Every basis of every indicator has one row with breakdown 'all' for every area
   and period of that basis, the rounds of education included, and no row is
   outside. Said again from what the
   grid is made of, so that a grid which lost rows is noticed too. #}
{% test grid_is_complete(model) %}
with

rounds as (
    select
        indicator_id,
        area_code,
        basis,
        period_end
    from {{ ref('hist_education_grid') }}
),

grid as (
    select
        bases.indicator_id,
        areas.area_code,
        bases.basis,
        periods.period_end
    from {{ ref('stg_run__bases') }} as bases
    inner join {{ ref('hist_periods') }} as periods
        on bases.basis = periods.basis
    cross join {{ ref('stg_run__areas') }} as areas
    where bases.indicator_id not in (select indicator_id from rounds)
    union all
    select * from rounds
),

figures as (
    select *
    from {{ model }}
    where breakdown = 'all'
)

select
    grid.indicator_id,
    grid.period_end as missing_period,
    figures.period_end as unexpected_period
from grid
full outer join figures
    on
        grid.indicator_id = figures.indicator_id
        and grid.area_code = figures.area_code
        and grid.basis = figures.basis
        and grid.period_end = figures.period_end
where grid.indicator_id is null or figures.indicator_id is null
{% endtest %}
