-- One row per child looked after, short breaks (V3, V4) left out, and month
-- end.
{{ state_at_month_ends(ref('hist_periods_of_care')) }}

select
    area_code,
    {{ record_key('period_of_care', ['child_key', 'start_date']) }}
        as record_key,
    child_key,
    start_date as event_date,
    counted_on,
    source,
    {{ held_in({'ssda903': 'episodes', 'annex_a': 'list_8'}) }}
        as held_in,
    {{ decided_by({
        'looked after from': 'start_date',
        'until': 'end_date'
    }) }}
        as decided_by
from one_per_child
where is_unread is not true
