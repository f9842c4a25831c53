-- One row per basis and period of the grid, the rounds of education and the
-- periods of supplied and of published figures included: every figure has its
-- period here.
with

asked_for as (
    select
        basis,
        period_start,
        period_end
    from {{ ref('hist_periods') }}
    union all
    select
        basis,
        period_start,
        period_end
    from {{ ref('hist_grid') }}
    union all
    select
        basis,
        period_start,
        period_end
    from {{ ref('hist_compared_figures') }}
),

-- a period begins where the first of its indicators begins
periods as (
    select
        basis,
        min(period_start) as period_start,
        period_end
    from asked_for
    group by
        basis,
        period_end
),

final as (
    select
        periods.basis,
        periods.period_start,
        periods.period_end,
        {{ printed_period('periods.basis', 'periods.period_end') }}
            as period_label,
        run.run_id
    from periods
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
