-- Is any ethnic group looked after more often than the largest one?
select ethnic_group, numerator, census_residents, rate_ratio, rate_ratio_lower, rate_ratio_upper, finding, residents_are
from marts.fct_disproportionality
where
    indicator_id = 'cla_rate'
    and (area_code, period_end) = (
        select (area_code, period_end) from marts.v_latest where indicator_id = 'cla_rate' and is_home
    )
order by census_residents desc
