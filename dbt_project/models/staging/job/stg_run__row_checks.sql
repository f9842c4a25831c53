-- One row per row check and submission version: how many rows it failed.
select
    check_id,
    submission_id,
    table_name,
    column_name,
    dimension,
    severity,
    rows_checked,
    rows_failed,
    passed
from {{ source('quality', 'results') }}
