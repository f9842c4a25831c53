-- One row per child protection plan in list 7 of one submission version.
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
    end_date,
    previous_plans,
    initial_abuse_code,
    latest_abuse_code,
    latest_visit_date,
    was_seen_alone_code,
    latest_review_date
from {{ source('annex_a', 'list_7') }}
where has_cp_plan
