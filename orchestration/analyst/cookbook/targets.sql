-- Which newest figures miss their target, and by how much?
select caption, period_label, value, target, value - target as difference, unit, good_is
from marts.v_latest
where
    is_home and value is not null and target is not null
    and ((good_is = 'high' and value < target) or (good_is = 'low' and value > target))
order by position
