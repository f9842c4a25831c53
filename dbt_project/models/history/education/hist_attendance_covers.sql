-- One row per area and autumn and spring that the weeks taken in cover: whole
-- where primary schools have sessions in every month from September to March,
-- else its last day alone (docs/education.md, 'Attendance in primary schools').
with

submissions as (
    select * from {{ ref('hist_covers') }}
    where entity = 'school_week'
),

rounds as (
    select * from {{ ref('hist_education_calendar') }}
    where basis = 'academic_year_autumn_spring'
),

reached as (
    select distinct
        submissions.entity,
        submissions.area_code,
        submissions.source,
        rounds.period_start,
        rounds.period_end
    from submissions
    inner join rounds
        on
            rounds.period_end
            between submissions.cover_from and submissions.cover_to
),

-- a week counts for the months of its Monday and of its Friday
months as (
    select
        weeks.area_code,
        rounds.period_end,
        extract(month from weeks.week_date) as month_number
    from {{ ref('hist_primary_weeks') }} as weeks
    inner join rounds
        on weeks.week_date between rounds.period_start and rounds.period_end
    where weeks.possible_sessions > 0
    union
    select
        weeks.area_code,
        rounds.period_end,
        extract(month from {{ add_days('weeks.week_date', 4) }}) as month_number
    from {{ ref('hist_primary_weeks') }} as weeks
    inner join rounds
        on weeks.week_date between rounds.period_start and rounds.period_end
    where weeks.possible_sessions > 0
),

n_months as (
    select
        area_code,
        period_end,
        count(*) as n_months
    from months
    where month_number in (9, 10, 11, 12, 1, 2, 3)
    group by
        area_code,
        period_end
),

runs as (
    select
        'primary_attendance' as entity,
        reached.area_code,
        reached.source,
        case
            when n_months.n_months = 7 then reached.period_start
            else reached.period_end
        end as run_from,
        reached.period_end as run_to
    from reached
    left join n_months
        on
            reached.area_code = n_months.area_code
            and reached.period_end = n_months.period_end
)

select * from runs
