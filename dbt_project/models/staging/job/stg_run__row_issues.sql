-- One row per row check and row of a submission version that failed it.
select
    issue_key,
    check_id,
    rule_code,
    severity,
    submission_id,
    table_name,
    child_key,
    field,
    case_key,
    source_row,
    is_quarantined,
    message
from {{ source('quality', 'issues') }}
