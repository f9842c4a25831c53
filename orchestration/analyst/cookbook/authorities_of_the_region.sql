-- How do the authorities of our region compare on the rate of children looked after?
select areas.area_name, figures.period_label, figures.value, areas.is_home
from marts.fct_benchmarks as figures
inner join marts.dim_areas as areas on figures.area_code = areas.area_code
inner join marts.dim_areas as home on areas.region_code = home.region_code and home.is_home
where
    areas.area_type = 'la' and figures.indicator_id = 'cla_rate'
    and figures.period_end = (select max(period_end) from marts.fct_benchmarks where indicator_id = 'cla_rate')
order by figures.value desc nulls last
