-- One row per pupil at the end of key stage 4 in a school of the authority, on
-- the last day of the academic year (docs/education.md, 'Key stage 4').
with

pupils as (
    select * from {{ ref('hist_ks4_pupils') }}
    where is_in_school_here
),

final as (
    select
        area_code,
        {{ record_key('ks4_pupil', ['area_code', 'pupil_key', 'period_end']) }}
            as record_key,
        pupil_key as child_key,
        period_end as event_date,
        period_end as counted_on,
        source,
        {{ place_of_row('pupils') }}
            as held_in,
        {{ decided_by({
            'Attainment 8': 'attainment8',
            'in Progress 8': 'counts_in_progress8',
            'Progress 8': 'progress8'
        }) }}
            as decided_by,
        {{ sen_provision('sen_code') }} as sen_provision,
        {{ disadvantage('is_disadvantaged') }} as disadvantage,
        attainment8,
        counts_in_progress8,
        progress8,
        has_grade_5_english_maths,
        has_ebacc,
        is_disadvantaged,
        case when is_disadvantaged then attainment8 else 0 end
            as attainment8_disadvantaged,
        counts_in_progress8 and is_disadvantaged
            as counts_in_progress8_disadvantaged,
        case when is_disadvantaged then progress8 else 0 end
            as progress8_disadvantaged,
        has_ehc_plan,
        case when has_ehc_plan then attainment8 else 0 end as attainment8_ehc,
        counts_in_progress8 and has_ehc_plan as counts_in_progress8_ehc,
        case when has_ehc_plan then progress8 else 0 end as progress8_ehc
    from pupils
)

select * from final
