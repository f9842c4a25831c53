-- In which figures does one child count (here: the child who counts in most)?
select indicators.caption, records.event_date, records.counted_on, records.in_numerator, records.source
from marts.fct_counted_records as records
inner join marts.dim_indicators as indicators on records.indicator_id = indicators.indicator_id
where records.child_key = (
    select child_key from marts.fct_counted_records
    where child_key is not null
    group by child_key
    order by count(distinct indicator_id) desc, child_key
    limit 1
)
order by records.counted_on, indicators.plan_order
