-- One row per day from 1980 to 2040, with the number of working days up to and
-- including it, so that the difference of two days' numbers is the working days
-- after the first up to the second.
with

days as (
    {{ dbt.date_spine(
        datepart="day",
        start_date="cast('1980-01-01' as date)",
        end_date="cast('2041-01-01' as date)"
    ) | indent(4) }}
),

holidays as (
    select distinct holiday_date
    from {{ ref('bank_holidays') }}
),

marked as (
    select
        cast(days.date_day as date) as calendar_day,
        case
            when {{ is_weekend('days.date_day') }} then 0
            when holidays.holiday_date is not null then 0
            else 1
        end as is_working_day
    from days
    left join holidays
        on cast(days.date_day as date) = holidays.holiday_date
),

numbered as (
    select
        calendar_day,
        is_working_day,
        sum(is_working_day) over (
            order by calendar_day rows unbounded preceding
        ) as working_day_number
    from marked
)

select * from numbered
