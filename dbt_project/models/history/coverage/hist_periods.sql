-- One row per basis and period of the grid: every month end, and every 31 March
-- for the financial year. The year to date begins on 1 April.
with

month_ends as (
    select month_end from {{ ref('hist_month_ends') }}
),

-- counted back from the day after, so that a period that ends on 28 February
-- has whole months (docs/figures.md, 'Windows')
periods as (
    select
        'rolling12' as basis,
        {{ add_months(add_days('month_end', 1), -12) }} as period_start,
        month_end as period_end
    from month_ends
    union all
    select
        'fy' as basis,
        {{ add_months(add_days('month_end', 1), -12) }} as period_start,
        month_end as period_end
    from month_ends
    where extract(month from month_end) = 3
    union all
    select
        'rolling36' as basis,
        {{ add_months(add_days('month_end', 1), -36) }} as period_start,
        month_end as period_end
    from month_ends
    union all
    select
        'ytd' as basis,
        {{ date_in_year(financial_year_start('month_end'), '04-01') }}
            as period_start,
        month_end as period_end
    from month_ends
    union all
    select
        'six_month_annualised' as basis,
        {{ add_months(add_days('month_end', 1), -6) }} as period_start,
        month_end as period_end
    from month_ends
    union all
    select
        'snapshot' as basis,
        month_end as period_start,
        month_end as period_end
    from month_ends
)

select * from periods
