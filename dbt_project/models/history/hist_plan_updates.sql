-- One row per local authority, action of the plan and day of an update, by the
-- newest submission that holds it.
-- The source plan_updates is not taken in yet: until its staging model stands
-- there are no updates, and the board report says so of every action.
select
    cast(null as varchar) as area_code,
    cast(null as varchar) as action_id,
    cast(null as date) as as_at,
    cast(null as varchar) as status,
    cast(null as varchar) as rag,
    cast(null as varchar) as progress,
    cast(null as varchar) as risk,
    cast(null as varchar) as supplied_by
where false
