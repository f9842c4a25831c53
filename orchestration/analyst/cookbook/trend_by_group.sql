-- How have repeat referrals changed from year to year in each ethnic group?
select breakdown_value as ethnic_group, period_label, numerator, denominator, value
from marts.v_series
where indicator_id = 'referrals_repeat_pct' and is_home and basis = 'fy' and breakdown = 'ethnic_group'
order by sort_order, breakdown_value, period_end
