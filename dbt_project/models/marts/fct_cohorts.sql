-- One row per local authority, cohort, month, step and number of months: which
-- share of those who began in the month reached the step within the months.
with

final as (
    select
        cohorts.area_code,
        cohorts.cohort,
        cohorts.month_end,
        cohorts.step,
        cohorts.step_order,
        cohorts.within_months,
        case when holds.reason is null then cohorts.numerator end as numerator,
        case when holds.reason is null then cohorts.denominator end
            as denominator,
        case when holds.reason is null then cohorts.share end as share,
        case when holds.reason is null then cohorts.status else 'held' end
            as status,
        coalesce(holds.reason, cohorts.status_reason) as status_reason,
        run.run_id
    from {{ ref('val_cohorts') }} as cohorts
    cross join {{ ref('stg_run__run') }} as run
    left join {{ ref('gate_population_holds') }} as holds
        on
            cohorts.population = holds.population
            and cohorts.area_code = holds.area_code
)

select * from final
