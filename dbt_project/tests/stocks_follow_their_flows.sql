-- One row per area and month at whose end not as many are there as at the end
-- of the month before, with those who came and without those who went. Warns:
-- returns of different days may tell it for good reasons, and it holds nothing.
{{ config(severity='warn') }}
{%- set kinds = [
    ('cp_plans_open', 'cp_plans_started', 'cp_plans_ended'),
    ('looked_after', 'care_starts', 'care_ended'),
] %}
with

changes as (
    {%- for stock, started, ended in kinds %}
    {%- for population, at_end, before, sign in [
        (stock, 1, 0, 1), (stock, 0, 1, -1), (started, 0, 0, -1), (ended, 0, 0, 1)
    ] %}
    select
        '{{ stock }}' as stock,
        area_code,
        last_day({{ add_days('counted_on', 1) if before else 'counted_on' }})
            as month_end,
        {{ sign }} as change,
        {{ at_end }} as is_there,
        {{ before }} as was_there
    from {{ ref('pop_' ~ population) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    stock,
    area_code,
    month_end,
    sum(change) as unexplained
from changes
group by
    stock,
    area_code,
    month_end
having sum(is_there) > 0 and sum(was_there) > 0 and sum(change) <> 0
