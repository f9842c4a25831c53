-- How did pupils of each group do at the end of key stage 2?
select breakdown, breakdown_value, period_label, numerator, denominator, value
from marts.v_series
where
    indicator_id = 'ks2_rwm_pct' and is_home and breakdown <> 'all'
    and period_end = (
        select last_value_period_end from marts.v_latest where indicator_id = 'ks2_rwm_pct' and is_home
    )
order by breakdown, sort_order, breakdown_value
