-- One row per calendar month end from the earliest to the latest as-at date of
-- any local authority's submission that serves at the knowledge date, or of the
-- span that the run was given: the grid of docs/figures.md, 'The grid'.
with

of_extracts as (
    select
        min(as_at_date) as earliest,
        max(as_at_date) as latest
    from {{ ref('hist_serving_submissions') }}
    where area_code <> 'national'
),

-- an area of a region is computed alone, on the grid of all of them
span as (
    select
        coalesce(settings.grid_from, of_extracts.earliest) as earliest,
        coalesce(settings.grid_to, of_extracts.latest) as latest
    from of_extracts
    cross join {{ ref('stg_run__settings') }} as settings
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
