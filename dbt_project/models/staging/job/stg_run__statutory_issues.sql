-- One row per rule of DfE and record of a submission version that breaks it.
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
from {{ source('run', 'statutory_issues') }}
