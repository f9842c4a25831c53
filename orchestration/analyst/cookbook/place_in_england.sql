-- What was our place among all authorities in each published year (1 is the highest value)?
select caption, period_label, value, place, n_authorities
from (
    select
        figures.*,
        rank() over (partition by indicator_id, series_id, period_end order by value desc) as place,
        count(*) over (partition by indicator_id, series_id, period_end) as n_authorities
    from marts.fct_benchmarks as figures
    where area_type = 'la' and status = 'ok' and indicator_id is not null
) as placed
inner join marts.dim_areas as areas on placed.area_code = areas.area_code and areas.is_home
inner join marts.dim_indicators as indicators on placed.indicator_id = indicators.indicator_id
where placed.indicator_id in ('cla_rate', 'cp_plans_rate', 'children_in_need_rate')
order by indicators.plan_order, placed.period_end
