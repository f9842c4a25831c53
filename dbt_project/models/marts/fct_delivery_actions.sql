-- One row per local authority, action of the plan and update.
select
    updates.action_id,
    updates.area_code,
    updates.as_at_date as as_at,
    updates.status,
    updates.rag,
    updates.progress,
    updates.risk,
    updates.action,
    updates.lead_agencies,
    updates.related_indicators,
    updates.supplied_by,
    updates.released_by,
    run.run_id
from {{ ref('hist_plan_updates') }} as updates
cross join {{ ref('stg_run__run') }} as run
