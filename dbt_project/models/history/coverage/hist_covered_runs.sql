-- One row per kind of record, area and unbroken run of days that one source
-- serves. Points and states: the first source in precedence covering the day;
-- intervals: the source of the newest submission covering it.
with

covers as (
    select * from {{ ref('hist_covers') }}
),

days as (
    select
        covers.entity,
        covers.area_code,
        covers.source,
        calendar.calendar_day,
        row_number() over (
            partition by
                covers.entity,
                covers.area_code,
                calendar.calendar_day
            order by
                case
                    when covers.resolved_as <> 'interval' then covers.precedence
                end,
                covers.as_at_date desc,
                covers.precedence
        ) as serving_rank
    from covers
    inner join {{ ref('hist_calendar') }} as calendar
        on calendar.calendar_day between covers.cover_from and covers.cover_to
),

numbered as (
    select
        entity,
        area_code,
        source,
        calendar_day,
        row_number() over (
            partition by entity, area_code, source
            order by calendar_day
        ) as day_of_source
    from days
    where serving_rank = 1
),

runs as (
    select
        entity,
        area_code,
        source,
        min(calendar_day) as run_from,
        max(calendar_day) as run_to
    from numbered
    group by
        entity,
        area_code,
        source,
        {{ dbt.datediff("cast('1980-01-01' as date)", "calendar_day", "day") }}
        - day_of_source
)

select * from runs
