-- One row per indicator and record that it counts, with what the record adds to
-- numerator and denominator. A rate's denominator is the population, so its
-- records carry no denominator amount. Where children are counted, a child
-- counts in a period by its latest record there: its next one supersedes it, as
-- a later leaving of care does. So every basis counts by the same rows.
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
        records.area_code,
        records.record_key,
        records.child_key,
        records.event_date,
        records.counted_on,
        records.superseded_on,
        {{ amount_of('records.amounts', 'indicators.numerator') }}
            as numerator_amount,
        {{ amount_of('records.amounts', 'indicators.denominator') }}
            as denominator_amount,
        records.source,
        {{ record_breakdowns() | map('replace', '', 'records.', 1)
            | join(',\n        ') }},
        indicators.kind,
        indicators.counts
    from indicators
    inner join records
        on indicators.population = records.population
),

kept as (
    select
        counted.*,
        case
            when counted.counts = 'children'
                then
                    lead(counted.counted_on) over (
                        partition by
                            counted.indicator_id,
                            counted.area_code,
                            counted.child_key
                        order by counted.counted_on, counted.record_key
                    )
            else counted.superseded_on
        end as superseded_from
    from counted
    where
        (counted.kind = 'rate_per_10k' and counted.numerator_amount <> 0)
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
        kept.superseded_from as superseded_on,
        -- a mean sums every record of its denominator, one of 0 days too
        coalesce(
            kept.numerator_amount <> 0
            or (kept.kind = 'mean' and kept.numerator_amount is not null),
            false
        ) as in_numerator,
        kept.numerator_amount,
        kept.denominator_amount,
        kept.source,
        {{ record_breakdowns() | map('replace', '', 'kept.', 1)
            | join(',\n        ') }},
        run.run_id
    from kept
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
