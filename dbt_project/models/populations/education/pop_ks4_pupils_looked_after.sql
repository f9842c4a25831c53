-- One row per pupil at the end of key stage 4 who had been looked after by the
-- authority for twelve months on 31 March, wherever schooled
-- (docs/education.md, 'Looked-after cohort').
select
    pupils.area_code,
    {{ record_key(
        'ks4_pupil',
        ['pupils.area_code', 'pupils.pupil_key', 'pupils.period_end']
    ) }} as record_key,
    pupils.pupil_key as child_key,
    pupils.period_end as event_date,
    pupils.period_end as counted_on,
    pupils.source || '+ssda903' as source,
    {{ place_of_row('pupils', of='pupils') }}
        as held_in,
    {{ decided_by({
        'Attainment 8': 'pupils.attainment8',
        'in Progress 8': 'pupils.counts_in_progress8',
        'Progress 8': 'pupils.progress8'
    }) }}
        as decided_by,
    {{ sen_provision('pupils.sen_code') }} as sen_provision,
    pupils.attainment8,
    pupils.counts_in_progress8,
    pupils.progress8
from {{ ref('hist_ks4_pupils') }} as pupils
inner join {{ ref('hist_looked_after_cohorts') }} as cohorts
    on
        pupils.area_code = cohorts.area_code
        and pupils.pupil_key = cohorts.pupil_key
        and pupils.academic_year = cohorts.academic_year
