-- What did each run say of the rate of referrals in the newest month?
select vintages.published_at, vintages.run_id, vintages.numerator, vintages.denominator, vintages.value, vintages.status
from marts.fct_vintages as vintages
inner join marts.v_latest as newest
    on
        vintages.indicator_id = newest.indicator_id and vintages.area_code = newest.area_code
        and vintages.basis = newest.basis and vintages.period_end = newest.period_end
where newest.indicator_id = 'referrals_rate' and newest.is_home and vintages.breakdown = 'all'
order by vintages.published_at nulls last
