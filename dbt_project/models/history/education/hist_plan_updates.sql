-- One row per local authority, action of the plan and day of which somebody has
-- said how it stands, as the newest submission that says so has it
-- (docs/education.md, 'Plan updates').
with

updates as (
    select
        serving.area_code,
        updates.*,
        row_number() over (
            partition by
                serving.area_code,
                updates.action_id,
                updates.as_at_date
            order by serving.as_at_date desc
        ) as newest_rank
    from {{ ref('stg_plan_updates__updates') }} as updates
    inner join {{ ref('hist_serving_submissions') }} as serving
        on updates.submission_id = serving.submission_id
),

-- an action that the plan does not have is quarantined
known as (
    select
        updates.area_code,
        updates.action_id,
        updates.as_at_date,
        updates.status,
        updates.rag,
        updates.progress,
        updates.risk,
        updates.supplied_by,
        updates.released_by,
        actions.action,
        actions.lead_agencies,
        actions.related_indicators
    from updates
    inner join {{ ref('plan_actions') }} as actions
        on updates.action_id = actions.action_id
    where updates.newest_rank = 1
)

select * from known
