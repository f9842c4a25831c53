{# A past figure is not counted anew by a tenth and five or more: both, as first
   published and now. A late correction is no fault, but somebody has to know. #}
{% test numerators_stay_as_first_published(model) %}
with

published as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code, basis, period_end
            order by run_number
        ) as age_rank
    from {{ ref('stg_run__vintages') }}
    where breakdown = 'all' and numerator is not null
)

select
    figures.indicator_id,
    figures.area_code,
    figures.basis,
    figures.period_end,
    published.run_id as first_run_id,
    published.numerator as first_numerator,
    figures.numerator
from {{ model }} as figures
inner join published
    on
        figures.indicator_id = published.indicator_id
        and figures.area_code = published.area_code
        and figures.basis = published.basis
        and figures.period_end = published.period_end
        and published.age_rank = 1
where
    figures.breakdown = 'all'
    and abs(figures.numerator - published.numerator) >= 5
    and abs(figures.numerator - published.numerator)
    > 0.1 * abs(published.numerator)
{% endtest %}
