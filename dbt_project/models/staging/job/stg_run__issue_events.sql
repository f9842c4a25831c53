-- One row per issue that an earlier run opened or found put right, and run.
select
    area_code,
    issue_key,
    event,
    asked_on,
    check_id,
    rule_code,
    severity,
    source,
    table_name,
    child_key,
    field,
    case_key,
    source_row,
    is_quarantined,
    message,
    first_seen,
    last_seen,
    run_id,
    happened_at,
    event_number
from {{ source('run', 'issue_events') }}
