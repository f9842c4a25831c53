-- One row per period of care whose start is known, short breaks (V3, V4) left
-- out, on the day it began: when and how it ended, and until when it is known
-- to have gone on (docs/practice.md, 'Cohorts').
{%- set ways_out = [
    'returned home', 'special guardianship', 'adopted', 'left another way'
] %}
with

-- a period that ended with X1 went on in an episode that no return has: how
-- long the child stayed nobody knows
periods as (
    select
        *,
        {{ way_out_of_care('end_reason_code', 'end_date') }} as way_out
    from {{ ref('hist_periods_of_care') }}
    where
        is_start_known
        and is_unread is not true
        and is_end_unread is not true
        and coalesce(end_reason_code, 'none') <> 'X1'
),

final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        {{ month_end('start_date') }} as month_end,
        end_date as left_care_on,
        {%- for way_out in ways_out %}
        case when way_out = '{{ way_out }}' then end_date end
            as {{ way_out | replace(' ', '_') }}_on,
        {%- endfor %}
        case when end_date is null then held_as_at end as known_until,
        source
    from periods
)

select * from final
