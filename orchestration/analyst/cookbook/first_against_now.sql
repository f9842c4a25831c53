-- Which figures are different today from when they were first published?
select indicators.caption, figures.period_label, figures.first_reported_value, figures.value
from marts.v_series as figures
inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
where figures.is_home and figures.breakdown = 'all' and figures.value <> figures.first_reported_value
order by indicators.plan_order, figures.period_end
