-- One row per rule of DfE and submission version that was asked about it.
select
    check_id,
    submission_id,
    table_name,
    column_name,
    dimension,
    severity,
    rows_checked,
    rows_failed,
    passed,
    status,
    reason
from {{ source('run', 'statutory_checks') }}
