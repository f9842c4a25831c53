-- One row per basis and period of the grid: every month end, and every 31 March
-- for the financial year.
with

month_ends as (
    select month_end from {{ ref('hist_month_ends') }}
),

-- counted back from the day after, so that a period that ends on 28 February
-- has twelve whole months
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
        'snapshot' as basis,
        month_end as period_start,
        month_end as period_end
    from month_ends
)

select * from periods
