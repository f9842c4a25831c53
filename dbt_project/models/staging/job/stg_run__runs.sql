-- One row per run that published, the run under way included.
select
    run_id,
    as_at,
    received_by,
    started_at,
    finished_at,
    code_version,
    status,
    is_synthetic
from {{ source('run', 'runs') }}
