-- One row per run: the settings that models read.
select
    run_id,
    cp_visit_working_days,
    contact_follow_up_days,
    spotlight_outcome,
    grid_from,
    grid_to
from {{ source('run', 'settings') }}
