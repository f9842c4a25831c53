-- Which actions of the plan have had no update for a quarter?
select actions.action_id, actions.action, actions.lead_agencies, newest.as_at, newest.status
from marts.dim_actions as actions
left join (
    select action_id, max(as_at) as as_at, arg_max(status, as_at) as status
    from marts.fct_delivery_actions
    group by action_id
) as newest on actions.action_id = newest.action_id
where newest.as_at is null or newest.as_at < (select max(as_at) from marts.dim_runs) - interval 3 month
order by newest.as_at nulls first, actions.action_id
