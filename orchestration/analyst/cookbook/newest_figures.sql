-- What is the newest figure of every indicator, with target, neighbours and England?
select position, caption, period_label, value, unit, target, neighbours_value, england_value, status
from marts.v_latest
where is_home and plan = '2019-23'
order by position
