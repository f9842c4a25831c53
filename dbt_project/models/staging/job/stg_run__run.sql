-- One row per run: only the run under way, with its knowledge date.
select
    run_id,
    knowledge_date,
    received_by,
    started_at,
    code_version,
    home_area,
    records_first_reported,
    is_synthetic
from {{ source('run', 'run') }}
