{# Every indicator, area, basis and period of the grid has one row with
   breakdown 'all', and no row stands outside it. #}
{% test grid_is_complete(model) %}
select
    grid.indicator_id,
    grid.period_end as missing_period,
    figures.period_end as unexpected_period
from {{ ref('hist_grid') }} as grid
full outer join (
    select *
    from {{ model }}
    where breakdown = 'all'
) as figures
    on
        grid.indicator_id = figures.indicator_id
        and grid.area_code = figures.area_code
        and grid.basis = figures.basis
        and grid.period_end = figures.period_end
where grid.indicator_id is null or figures.indicator_id is null
{% endtest %}
