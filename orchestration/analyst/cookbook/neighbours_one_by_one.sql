-- How does each statistical neighbour stand on repeat referrals?
select
    neighbours.neighbour_rank, neighbours.neighbour_name, figures.period_label, figures.value, figures.status
from marts.dim_neighbours as neighbours
inner join marts.dim_areas as home on neighbours.area_code = home.area_code and home.is_home
inner join marts.fct_benchmarks as figures
    on
        neighbours.neighbour_area_code = figures.area_code
        and figures.indicator_id = 'referrals_repeat_pct' and figures.basis = 'fy'
where
    neighbours.neighbour_model = (select max(neighbour_model) from marts.dim_neighbours)
    and figures.period_end = (
        select max(period_end) from marts.fct_benchmarks
        where indicator_id = 'referrals_repeat_pct' and basis = 'fy'
    )
order by neighbours.neighbour_rank
