-- How old is the newest extract of each source, and how many rows were kept out?
select
    source, max(as_at_date) as as_at, arg_max(rows_received, as_at_date) as rows_received,
    arg_max(rows_quarantined, as_at_date) as rows_quarantined
from marts.fct_submissions
where status = 'accepted' and area_code = (select area_code from marts.dim_areas where is_home)
group by source
order by as_at, source
