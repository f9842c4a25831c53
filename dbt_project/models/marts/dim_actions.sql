-- One row per action of the plan.
select
    actions.action_id,
    cast(actions.outcome_id as integer) as outcome_id,
    actions.outcome,
    actions.committee_priorities,
    actions.priority_id,
    actions.priority,
    actions.action,
    actions.lead_agencies,
    actions.related_indicators,
    actions.outcome_id = settings.spotlight_outcome as is_in_spotlight,
    settings.run_id
from {{ ref('plan_actions') }} as actions
cross join {{ ref('stg_run__settings') }} as settings
