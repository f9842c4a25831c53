-- Which of our newest figures lie furthest from England's, in hundredths of England's?
select caption, value, england_value, 100 * (value - england_value) / england_value as pct_above, period_label
from marts.v_latest
where is_home and value is not null and england_value <> 0 and basis = england_basis
order by abs(pct_above) desc
