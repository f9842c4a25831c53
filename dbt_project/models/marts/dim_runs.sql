-- One row per run that published, the one that published this warehouse
-- included.
select
    run_id,
    as_at,
    received_by,
    started_at,
    finished_at,
    code_version,
    status,
    is_synthetic
from {{ ref('stg_run__runs') }}
