-- How old are the children looked after: what does each age band add to the rate?
select breakdown_value as age_band, numerator as children, share_of_rate, value as rate_of_the_band
from marts.v_series
where
    indicator_id = 'cla_rate' and is_home and breakdown = 'age_band'
    and period_end = (select period_end from marts.v_latest where indicator_id = 'cla_rate' and is_home)
order by sort_order, breakdown_value
