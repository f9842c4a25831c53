-- Where do two returns, or we and DfE, give another figure of the same thing?
select title, period_end, first_source, first_figure, second_source, second_figure, difference, tolerance
from marts.fct_reconciliations
where not is_within
order by period_end desc, title
