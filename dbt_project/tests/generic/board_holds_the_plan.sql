{# Every action of the plan is in the board report, and nothing else does. #}
{% test board_holds_the_plan(model) %}
select
    actions.action_id as not_in_report,
    lines.action_id as not_in_plan
from {{ ref('dim_actions') }} as actions
full outer join {{ model }} as lines
    on actions.action_id = lines.action_id
where actions.action_id is null or lines.action_id is null
{% endtest %}
