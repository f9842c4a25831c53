-- One row per school of one file of latest inspections.
select
    submission_id,
    row_id,
    unreadable_columns,
    urn,
    graded_date,
    overall_code,
    quality_code,
    leadership_code,
    is_safe_code = 'yes' as is_safeguarding_effective,
    ungraded_date,
    lower(ungraded_outcome) as ungraded_outcome,
    coalesce(concern_code in ('SM', 'SWK', 'RSI'), false) as has_concern,
    full_inspection_date,
    coalesce(safeguarding_met_code = 'met', false) as is_safeguarding_met,
    inclusion_code,
    curriculum_code,
    achievement_code,
    attendance_code,
    wellbeing_code,
    governance_code,
    early_years_code,
    post_16_code
from {{ source('ofsted_mi', 'inspections') }}
where has_inspection
