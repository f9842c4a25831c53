-- One row per pupil at the end of key stage 2 in a school of the authority, on
-- the last day of the academic year (docs/education.md, 'Key stage 2').
with

pupils as (
    select
        *,
        coalesce(sen_code = 'E', false) as has_ehc_plan,
        coalesce(sen_code = 'K', false) as has_sen_support
    from {{ ref('hist_ks2_pupils') }}
    where is_in_school_here
),

final as (
    select
        area_code,
        {{ record_key('ks2_pupil', ['area_code', 'pupil_key', 'period_end']) }}
            as record_key,
        pupil_key as child_key,
        period_end as event_date,
        period_end as counted_on,
        source,
        {{ place_of_row('pupils') }}
            as held_in,
        {{ decided_by({
            'reading progress': 'reading_progress',
            'writing progress': 'writing_progress',
            'maths progress': 'maths_progress',
            'eligible': 'is_eligible',
            'at the standard': 'met_all'
        }) }}
            as decided_by,
        {{ sen_provision('sen_code') }} as sen_provision,
        {{ disadvantage('is_disadvantaged') }} as disadvantage,
        {{ first_language('is_first_language_other') }} as first_language,
        is_eligible,
        met_all,
        is_eligible and is_disadvantaged as is_eligible_disadvantaged,
        met_all and is_disadvantaged as met_all_disadvantaged,
        is_eligible and has_sen_support as is_eligible_sen_support,
        met_all and has_sen_support as met_all_sen_support,
        is_eligible_reading and has_ehc_plan as is_eligible_reading_ehc,
        met_reading and has_ehc_plan as met_reading_ehc,
        is_eligible_writing and has_ehc_plan as is_eligible_writing_ehc,
        met_writing and has_ehc_plan as met_writing_ehc,
        is_eligible_maths and has_ehc_plan as is_eligible_maths_ehc,
        met_maths and has_ehc_plan as met_maths_ehc,
        reading_progress is not null as has_reading_progress,
        coalesce(reading_progress, 0) as reading_progress,
        writing_progress is not null as has_writing_progress,
        coalesce(writing_progress, 0) as writing_progress,
        maths_progress is not null as has_maths_progress,
        coalesce(maths_progress, 0) as maths_progress
    from pupils
)

select * from final
