-- One row per child and day on which the child began to be looked after, short
-- breaks (V3, V4) left out, until the child's next start.
with

periods as (
    select *
    from {{ ref('hist_periods_of_care') }}
    where is_start_known and is_unread is not true
),

-- a child who starts twice in a window counts once, by the later start, as DfE
-- counts a year
final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        start_date as counted_on,
        lead(start_date) over (
            partition by child_key
            order by start_date
        ) as superseded_on,
        source,
        {{ held_in({'ssda903': 'episodes', 'annex_a': 'list_8'}) }}
            as held_in,
        {{ decided_by({'looked after from': 'start_date'}) }} as decided_by
    from periods
)

select * from final
