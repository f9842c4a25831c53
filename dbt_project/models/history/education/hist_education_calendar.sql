-- One row per basis, part and round of education: academic years, autumn and
-- spring, December to February, terms, and national offer days
-- (docs/education.md, 'Periods').
with

years as (
    select distinct cast(extract(year from calendar_day) as integer) as end_year
    from {{ ref('hist_calendar') }}
    where extract(year from calendar_day) > 1980
),

easters as (
    select
        cast(extract(year from holiday_date) as integer) as end_year,
        {{ add_days('holiday_date', -1) }} as easter_sunday
    from {{ ref('bank_holidays') }}
    where holiday_name = 'Easter Monday'
),

statutory_days as (
    select
        'PRI' as part,
        end_year,
        {{ date_in_year('end_year', '04-16') }} as statutory_day
    from years
    union all
    select
        'SEC' as part,
        end_year,
        {{ date_in_year('end_year', '03-01') }} as statutory_day
    from years
),

-- the day itself, or the next one that is neither weekend nor bank holiday
offer_days as (
    select
        statutory_days.part,
        statutory_days.end_year,
        offered.calendar_day as offer_day
    from statutory_days
    inner join {{ ref('hist_calendar') }} as statutory
        on statutory_days.statutory_day = statutory.calendar_day
    inner join {{ ref('hist_calendar') }} as offered
        on
            statutory.working_day_number + 1 - statutory.is_working_day
            = offered.working_day_number
            and offered.is_working_day = 1
),

rounds as (
    select
        'academic_year' as basis,
        '' as part,
        end_year,
        {{ date_in_year('end_year - 1', '09-01') }} as period_start,
        {{ date_in_year('end_year', '08-31') }} as period_end
    from years
    union all
    select
        'academic_year_autumn_spring' as basis,
        '' as part,
        end_year,
        {{ date_in_year('end_year - 1', '08-01') }} as period_start,
        easter_sunday as period_end
    from easters
    union all
    select
        'december_to_february' as basis,
        '' as part,
        end_year,
        {{ date_in_year('end_year - 1', '12-01') }} as period_start,
        {{ add_days(date_in_year('end_year', '03-01'), -1) }} as period_end
    from years
    union all
    select
        'term' as basis,
        'AUT' as part,
        end_year,
        {{ date_in_year('end_year - 1', '09-01') }} as period_start,
        {{ date_in_year('end_year - 1', '12-31') }} as period_end
    from years
    union all
    select
        'term' as basis,
        'SPR' as part,
        end_year,
        {{ date_in_year('end_year', '01-01') }} as period_start,
        easter_sunday as period_end
    from easters
    union all
    select
        'term' as basis,
        'SUM' as part,
        end_year,
        {{ add_days('easter_sunday', 1) }} as period_start,
        {{ date_in_year('end_year', '08-31') }} as period_end
    from easters
    union all
    select
        'annual' as basis,
        part,
        end_year,
        offer_day as period_start,
        offer_day as period_end
    from offer_days
)

select * from rounds
