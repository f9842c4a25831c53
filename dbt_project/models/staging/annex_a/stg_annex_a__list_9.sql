-- One row per care leaver in list 9 of one submission version.
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
    was_unaccompanied_code,
    eligibility_code,
    in_touch_code,
    activity_code,
    accommodation_suitability_code,
    latest_pathway_plan_date
from {{ source('annex_a', 'list_9') }}
where has_care_leaver
