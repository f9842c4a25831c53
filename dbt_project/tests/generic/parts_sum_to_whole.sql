{# The values of a breakdown add up to the whole, numerator and denominator
   alike; of a rate its shares do, as groups have populations of their own. #}
{% test parts_sum_to_whole(model) %}
with

wholes as (
    select figures.*
    from {{ model }} as figures
    inner join {{ ref('stg_run__indicators') }} as kinds
        on figures.indicator_id = kinds.indicator_id
    where
        figures.breakdown = 'all'
        and figures.status = 'ok'
        -- a rate of nobody has no parts; a percentage has its denominators
        and (figures.numerator > 0 or kinds.kind <> 'rate_per_10k')
),

parts as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        breakdown,
        sum(cast(numerator as decimal(24, 10))) as numerator,
        sum(cast(denominator as decimal(24, 10))) as denominator,
        sum(share_of_rate) as share_of_rate
    from {{ model }}
    where breakdown <> 'all'
    group by
        indicator_id,
        area_code,
        basis,
        period_end,
        breakdown
)

select
    wholes.indicator_id,
    wholes.area_code,
    wholes.period_end,
    parts.breakdown
from wholes
inner join {{ ref('stg_run__breakdowns') }} as issued
    on wholes.indicator_id = issued.indicator_id
inner join {{ ref('stg_run__indicators') }} as indicators
    on wholes.indicator_id = indicators.indicator_id
left join parts
    on
        wholes.indicator_id = parts.indicator_id
        and wholes.area_code = parts.area_code
        and wholes.basis = parts.basis
        and wholes.period_end = parts.period_end
        and issued.breakdown = parts.breakdown
where
    parts.numerator is null
    or parts.numerator <> cast(wholes.numerator as decimal(24, 10))
    or (
        indicators.kind <> 'rate_per_10k'
        and parts.denominator <> cast(wholes.denominator as decimal(24, 10))
    )
    or (
        indicators.kind = 'rate_per_10k'
        and abs(coalesce(parts.share_of_rate, 0) - wholes.value)
        > 1e-9 * wholes.value
    )
{% endtest %}
