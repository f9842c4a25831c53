-- Which newest figures differ from the years before beyond chance?
select
    newest.caption, newest.period_label, newest.value, changes.usual, changes.lower_limit, changes.upper_limit,
    changes.change, newest.good_is
from marts.v_latest as newest
inner join marts.fct_changes as changes
    on
        newest.indicator_id = changes.indicator_id and newest.area_code = changes.area_code
        and newest.period_end = changes.period_end
where newest.is_home and changes.change in ('higher', 'lower')
order by newest.position
