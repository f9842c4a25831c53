-- One row per stock, local authority and month end: who is there, and who is
-- expected there, of those of the month end before, with who came and without
-- who went. A month before or at whose end nobody is known is left out.
{%- set stocks = [
    ('cp_plans_open', 'cp_plans_started', 'cp_plans_ended'),
    ('looked_after', 'care_starts', 'care_ended'),
] %}
with

movements as (
    {%- for stock, started, ended in stocks %}
    {%- for population, at_end, before, expected in [
        (stock, 1, 0, 0), (stock, 0, 1, 1), (started, 0, 0, 1), (ended, 0, 0, -1)
    ] %}
    select
        '{{ stock }}' as stock,
        area_code,
        last_day({{ add_days('counted_on', 1) if before else 'counted_on' }})
            as period_end,
        {{ at_end }} as is_there,
        {{ before }} as was_there,
        {{ expected }} as is_expected
    from {{ ref('pop_' ~ population) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

final as (
    select
        stock,
        area_code,
        period_end,
        cast(sum(is_expected) as bigint) as n_expected,
        cast(sum(is_there) as bigint) as n_children
    from movements
    group by
        stock,
        area_code,
        period_end
    having sum(is_there) > 0 and sum(was_there) > 0
)

select * from final
