-- One row per edition and action of the plan: how it stands in the home area by
-- its newest update, and whether that is of this quarter. dbt writes the
-- restricted edition; the public one is made of it by the disclosure gate
-- (orchestration/reports/disclosure).
with

run as (
    select runs.*
    from {{ ref('dim_runs') }} as runs
    where runs.run_id in (
        select members.run_id
        from {{ ref('dim_actions') }} as members
    )
),

updates as (
    select
        updates.*,
        row_number() over (
            partition by updates.action_id
            order by updates.as_at desc
        ) as newness
    from {{ ref('fct_delivery_actions') }} as updates
    inner join {{ ref('dim_areas') }} as areas
        on updates.area_code = areas.area_code
    where areas.is_home
),

-- the board meets once a quarter: what it saw last is the newest update of an
-- earlier quarter than the one that ends now
seen_last as (
    select
        updates.action_id,
        updates.rag,
        row_number() over (
            partition by updates.action_id
            order by updates.as_at desc
        ) as newness
    from updates
    cross join run
    where updates.as_at <= {{ add_months('run.as_at', -3) }}
),

-- when an action was first told as under way, and as complete
milestones as (
    select
        action_id,
        min(as_at) filter (
            where status in ('in_progress', 'complete')
        ) as begun_on,
        min(as_at) filter (where status = 'complete') as completed_on
    from updates
    group by action_id
),

ranks as (
    select
        'RED' as rag,
        1 as goodness
    union all
    select
        'AMBER' as rag,
        2 as goodness
    union all
    select
        'GREEN' as rag,
        3 as goodness
    union all
    select
        'BLUE' as rag,
        4 as goodness
),

final as (
    select
        'restricted' as edition,
        actions.action_id,
        actions.outcome_id,
        actions.outcome,
        actions.priority_id,
        actions.priority,
        actions.action,
        actions.lead_agencies,
        actions.related_indicators,
        actions.is_in_spotlight,
        updates.as_at as updated_on,
        coalesce(updates.as_at, date '1900-01-01')
        <= {{ add_months('run.as_at', -3) }} as is_update_missing,
        coalesce(updates.status, 'no_update') as status,
        milestones.begun_on,
        milestones.completed_on,
        updates.rag,
        seen_last.rag as rag_seen_last,
        case
            when updates.rag is null or seen_last.rag is null then null
            when ranks.goodness > ranks_before.goodness then 'better'
            when ranks.goodness < ranks_before.goodness then 'worse'
            else 'same'
        end as moved,
        updates.progress,
        updates.risk,
        updates.supplied_by,
        updates.released_by,
        run.run_id
    from {{ ref('dim_actions') }} as actions
    cross join run
    left join updates
        on actions.action_id = updates.action_id and updates.newness = 1
    left join milestones
        on actions.action_id = milestones.action_id
    left join seen_last
        on actions.action_id = seen_last.action_id and seen_last.newness = 1
    left join ranks
        on updates.rag = ranks.rag
    left join ranks as ranks_before
        on seen_last.rag = ranks_before.rag
)

select * from final
