-- One row per indicator, local authority and period on the headline basis that
-- has a value: what is compared with the years before.
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

-- sessions, days and scores are no records that are counted once each: how far
-- chance moves their sum cannot be told from the sum
sums as (
    select distinct indicator_id
    from {{ ref('val_counted_records') }}
    where numerator_amount not in (0, 1) or denominator_amount not in (0, 1)
),

figures as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.basis,
        figures.period_start,
        figures.period_end,
        figures.value,
        figures.numerator,
        figures.denominator,
        figures.confidence_lower,
        figures.confidence_upper,
        indicators.kind,
        indicators.kind in ('rate_per_10k', 'percentage', 'count')
        and sums.indicator_id is null as counts_records
    from {{ ref('val_figures') }} as figures
    inner join indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    left join sums
        on figures.indicator_id = sums.indicator_id
    where figures.breakdown = 'all' and figures.value is not null
),

newest_breaks as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.period_end,
        max(breaks.break_on) as break_on
    from figures
    inner join {{ ref('method_breaks') }} as breaks
        on
            figures.indicator_id = breaks.indicator_id
            and figures.period_end >= breaks.break_on
    group by
        figures.indicator_id,
        figures.area_code,
        figures.period_end
),

final as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.basis,
        figures.period_start,
        figures.period_end,
        newest_breaks.break_on,
        figures.value,
        figures.kind = 'percentage' as is_share,
        case when figures.counts_records then figures.numerator end
            as numerator,
        case when figures.counts_records then figures.denominator end
            as denominator,
        figures.confidence_lower,
        figures.confidence_upper
    from figures
    left join newest_breaks
        on
            figures.indicator_id = newest_breaks.indicator_id
            and figures.area_code = newest_breaks.area_code
            and figures.period_end = newest_breaks.period_end
)

select * from final
