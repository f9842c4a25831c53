-- One row per period of care in list 8 of one submission version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    has_disability_code,
    allocated_team_key as team_key,
    start_date,
    -- X1: another episode begins the same day, so care has not ended.
    case when end_reason_code = 'X1' then null else end_date end as end_date,
    legal_status_code,
    case
        when end_reason_code <> 'X1' then end_reason_code
    end as end_reason_code,
    latest_health_assessment_date,
    latest_dental_check_date,
    n_missing_12_months,
    n_absent_12_months,
    was_interview_offered_code,
    was_interview_accepted_code,
    was_unaccompanied_code,
    latest_review_date,
    latest_visit_date,
    n_placements_12_months,
    placement_start_date,
    placement_type_code,
    placement_provider_code,
    placement_location_code,
    need_code
from {{ source('annex_a', 'list_8') }}
where has_period_of_care
