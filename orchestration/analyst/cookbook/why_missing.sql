-- Which figures are missing, and why?
select status, status_reason, count(*) as n_indicators, string_agg(caption, '; ' order by caption) as which
from marts.v_latest
where is_home and value is null
group by all
order by n_indicators desc, status_reason
