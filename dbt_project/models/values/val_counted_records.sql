-- One row per indicator and record that it counts, with what the record adds to
-- numerator and denominator. A rate's denominator is the population, so its
-- records carry no denominator amount.
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

records as (
    select * from {{ ref('pop_records') }}
),

counted as (
    select
        indicators.indicator_id,
        numerators.area_code,
        numerators.record_key,
        numerators.child_key,
        numerators.event_date,
        numerators.counted_on,
        numerators.amount as numerator_amount,
        denominators.amount as denominator_amount,
        numerators.source
    from indicators
    inner join records as numerators
        on
            indicators.population = numerators.population
            and indicators.numerator = numerators.measure
    left join records as denominators
        on
            indicators.population = denominators.population
            and indicators.denominator = denominators.measure
            and numerators.record_key = denominators.record_key
            and numerators.counted_on = denominators.counted_on
),

kept as (
    select counted.*
    from counted
    inner join indicators
        on counted.indicator_id = indicators.indicator_id
    where
        (indicators.kind = 'rate_per_10k' and counted.numerator_amount <> 0)
        or counted.denominator_amount <> 0
),

final as (
    select
        kept.indicator_id,
        kept.area_code,
        kept.record_key,
        kept.child_key,
        kept.event_date,
        kept.counted_on,
        coalesce(kept.numerator_amount <> 0, false) as in_numerator,
        kept.numerator_amount,
        kept.denominator_amount,
        kept.source,
        run.run_id
    from kept
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
