-- One row per local authority, action of the plan and update.
select
    updates.area_code,
    updates.action_id,
    updates.as_at,
    updates.status,
    updates.rag,
    updates.progress,
    updates.risk,
    actions.lead_agencies,
    actions.related_indicators,
    updates.supplied_by,
    run.run_id
from {{ ref('hist_plan_updates') }} as updates
inner join {{ ref('plan_actions') }} as actions
    on updates.action_id = actions.action_id
cross join {{ ref('stg_run__run') }} as run
where updates.as_at <= run.knowledge_date
