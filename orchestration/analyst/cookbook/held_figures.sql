-- Which figures are held, by which check, and what releases them?
select indicators.caption, holds.check_id, holds.since, holds.newest_good_period, holds.released_by
from marts.fct_holds as holds
inner join marts.dim_indicators as indicators on holds.indicator_id = indicators.indicator_id
order by indicators.plan_order, holds.check_id
