-- One row per calendar month end from the earliest to the latest as-at date of
-- any local authority's submission that serves at the knowledge date: the grid
-- of docs/figures.md, 'The grid'.
with

span as (
    select
        min(as_at_date) as earliest,
        max(as_at_date) as latest
    from {{ ref('hist_serving_submissions') }}
    where area_code <> 'national'
),

month_ends as (
    select calendar.calendar_day as month_end
    from {{ ref('hist_calendar') }} as calendar
    inner join span
        on calendar.calendar_day between span.earliest and span.latest
    where
        extract(
            day from {{ add_days('calendar.calendar_day', 1) }}
        ) = 1
)

select * from month_ends
