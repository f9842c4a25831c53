{# No value of a breakdown is there where the whole has no figure of the same
   status (a group without a population has no rate of its own), and none in a
   breakdown that is not issued: so nothing at all is outside the grid. #}
{% test parts_stand_beside_wholes(model) %}
with

wholes as (
    select * from {{ model }}
    where breakdown = 'all'
)

select
    parts.indicator_id,
    parts.area_code,
    parts.basis,
    parts.period_end,
    parts.breakdown
from {{ model }} as parts
left join wholes
    on
        parts.indicator_id = wholes.indicator_id
        and parts.area_code = wholes.area_code
        and parts.basis = wholes.basis
        and parts.period_end = wholes.period_end
where
    parts.breakdown <> 'all'
    and not coalesce(
        parts.status = wholes.status
        or (
            parts.status = 'not_applicable'
            and parts.share_of_rate is not null
            and wholes.status in ('ok', 'held')
        ),
        false
    )
{% endtest %}
