{# The records behind every computed value give back its numerator and
   denominator exactly. #}
{% test evidence_sums_to_values(model) %}
with

evidence as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        sum(cast(numerator_amount as decimal(24, 10))) as numerator,
        sum(cast(denominator_amount as decimal(24, 10))) as denominator
    from {{ ref('fct_indicator_evidence') }}
    group by
        indicator_id,
        area_code,
        basis,
        period_end
)

select
    figures.indicator_id,
    figures.area_code,
    figures.basis,
    figures.period_end
from {{ model }} as figures
inner join {{ ref('stg_run__indicators') }} as indicators
    on figures.indicator_id = indicators.indicator_id
left join evidence
    on
        figures.indicator_id = evidence.indicator_id
        and figures.area_code = evidence.area_code
        and figures.basis = evidence.basis
        and figures.period_end = evidence.period_end
where
    figures.breakdown = 'all'
    and figures.numerator is not null
    and indicators.method = 'computed'
    and figures.basis <> 'ytd'
    and (
        cast(figures.numerator as decimal(24, 10))
        <> coalesce(evidence.numerator, 0)
        or (
            indicators.kind <> 'rate_per_10k'
            and cast(figures.denominator as decimal(24, 10))
            <> coalesce(evidence.denominator, 0)
        )
    )
{% endtest %}
