-- One row per child on a child protection plan and month end.
{{ state_at_month_ends(ref('hist_cp_plans')) }},

-- the latest category counts for the caseload; blank, the initial one still
-- holds (docs/social_care.md, 'Child protection plans')
categorised as (
    select
        *,
        coalesce(latest_abuse_code, initial_abuse_code) as abuse_code
    from one_per_child
)

select
    area_code,
    {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
    child_key,
    start_date as event_date,
    counted_on,
    source,
    {{ held_in({'cin_census': 'child_protection_plans', 'annex_a': 'list_7'}) }}
        as held_in,
    {{ decided_by({
        'started': 'start_date',
        'ended later': 'end_date',
        'category': 'abuse_code'
    }) }}
        as decided_by,
    coalesce(abuse_code = 'NEG', false) as is_for_neglect,
    start_date <= {{ add_days('counted_on', -730) }} as has_lasted_2_years,
    {{ category_of_abuse('abuse_code') }} as category_of_abuse
from categorised
where not {{ is_unread(['latest_abuse_code', 'initial_abuse_code']) }}
