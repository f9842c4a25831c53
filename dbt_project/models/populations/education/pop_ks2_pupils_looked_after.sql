-- One row per pupil at the end of key stage 2 who had been looked after by the
-- authority for twelve months on 31 March, wherever schooled
-- (docs/education.md, 'Looked-after cohort').
select
    pupils.area_code,
    {{ record_key(
        'ks2_pupil',
        ['pupils.area_code', 'pupils.pupil_key', 'pupils.period_end']
    ) }} as record_key,
    pupils.pupil_key as child_key,
    pupils.period_end as event_date,
    pupils.period_end as counted_on,
    pupils.source || '+ssda903' as source,
    {{ place_of_row('pupils', of='pupils') }}
        as held_in,
    {{ decided_by({
        'eligible': 'pupils.is_eligible',
        'at the standard': 'pupils.met_all'
    }) }}
        as decided_by,
    {{ sen_provision('pupils.sen_code') }} as sen_provision,
    pupils.is_eligible,
    pupils.met_all
from {{ ref('hist_ks2_pupils') }} as pupils
inner join {{ ref('hist_looked_after_cohorts') }} as cohorts
    on
        pupils.area_code = cohorts.area_code
        and pupils.pupil_key = cohorts.pupil_key
        and pupils.academic_year = cohorts.academic_year
