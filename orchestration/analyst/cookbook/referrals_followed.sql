-- What became of the referrals of each month within six months?
select month_end, step, numerator, denominator, share, status, status_reason
from marts.fct_cohorts as cohorts
inner join marts.dim_areas as areas on cohorts.area_code = areas.area_code and areas.is_home
where cohort = 'referrals' and within_months = 6
order by month_end desc, step_order
