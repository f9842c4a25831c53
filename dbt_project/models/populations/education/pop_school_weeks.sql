-- One row per primary school and week, on the week's Monday.
select
    area_code,
    {{ record_key('school_week', ['area_code', 'urn', 'week_date']) }}
        as record_key,
    cast(null as string) as child_key,
    week_date as event_date,
    week_date as counted_on,
    source,
    {{ held_in({'attendance': 'school_weeks'}) }} as held_in,
    {{ decided_by({
        'week of': 'week_date',
        'sessions': 'possible_sessions',
        'attended': 'attended_sessions'
    }) }} as decided_by,
    attended_sessions,
    possible_sessions
from {{ ref('hist_primary_weeks') }}
