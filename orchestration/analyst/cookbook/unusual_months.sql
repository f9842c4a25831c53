-- Which months were unusual in their series, and are they still?
select series_id, period_end, observed, expected, lower, upper, status
from marts.fct_anomalies
where area_code = (select area_code from marts.dim_areas where is_home)
order by period_end desc, series_id
