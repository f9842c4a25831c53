{# The parts of every breakdown sum to the change of the whole figure, which is the
   change of the two published values. #}
{% test parts_sum_to_the_change(model) %}
with

sums as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        period_end_before,
        breakdown,
        min(change) as change,
        sum(part) as parts
    from {{ model }}
    group by
        indicator_id,
        area_code,
        basis,
        period_end,
        period_end_before,
        breakdown
)

select sums.*
from sums
left join {{ ref('fct_indicator_values') }} as newest
    on
        sums.indicator_id = newest.indicator_id
        and sums.area_code = newest.area_code
        and sums.basis = newest.basis
        and sums.period_end = newest.period_end
        and newest.breakdown = 'all'
left join {{ ref('fct_indicator_values') }} as earlier
    on
        sums.indicator_id = earlier.indicator_id
        and sums.area_code = earlier.area_code
        and sums.basis = earlier.basis
        and sums.period_end_before = earlier.period_end
        and earlier.breakdown = 'all'
where
    abs(sums.parts - sums.change) > 1e-6
    or (
        earlier.status = 'ok'
        and not coalesce(
            abs(newest.value - earlier.value - sums.change) < 1e-6, false
        )
    )
{% endtest %}
