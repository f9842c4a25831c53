-- One row per child on a child protection plan and month end.
{{ state_at_month_ends(ref('hist_cp_plans')) }}

select
    area_code,
    {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
    child_key,
    start_date as event_date,
    counted_on,
    source
from one_per_child
