-- One row per table of a submission version, with its counts and the days it
-- covers.
select
    submission_id,
    table_name,
    rows_received,
    rows_loaded,
    rows_deduplicated,
    rows_quarantined,
    cover_from,
    cover_to,
    is_failed
from {{ source('run', 'tables') }}
