-- One row per table check of a submission in use at the knowledge date.
select
    check_id,
    rule,
    submission_id,
    area_code,
    source,
    as_at_date,
    table_name,
    column_name,
    severity,
    rows_checked,
    rows_failed,
    passed,
    is_released,
    message,
    populations
from {{ source('run', 'table_checks') }}
