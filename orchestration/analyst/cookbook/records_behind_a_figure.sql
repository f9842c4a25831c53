-- Which records count in the newest figure of section 47 enquiries, and where are they?
select evidence.record_key, evidence.event_date, evidence.in_numerator, evidence.source
from marts.fct_indicator_evidence as evidence
inner join marts.v_latest as newest
    on
        evidence.indicator_id = newest.indicator_id and evidence.area_code = newest.area_code
        and evidence.basis = newest.basis and evidence.period_end = newest.period_end
where newest.indicator_id = 'section47_rate' and newest.is_home
order by evidence.event_date, evidence.record_key
