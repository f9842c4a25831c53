-- One row per child protection plan of one census version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    start_date,
    end_date,
    previous_plans,
    initial_abuse_code,
    latest_abuse_code
from {{ source('cin_census', 'child_protection_plans') }}
where has_cp_plan
