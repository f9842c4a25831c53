{# State at P: an interval counts when it began on or before P, had not ended by
   the end of P, and its newest holder covers P; one row per child, the
   latest start (docs/history.md, 'State at a month end'). `one_per` names what has
   one row, `first_by` what comes before the latest start. #}
{% macro state_at_month_ends(
    relation, where=none, one_per=['area_code', 'child_key'], first_by=[]
) -%}
with

states as (
    select
        intervals.*,
        month_ends.month_end as counted_on,
        row_number() over (
            partition by
                {%- for column in one_per %}
                intervals.{{ column }},
                {%- endfor %}
                month_ends.month_end
            order by
                {%- for column in first_by %}
                intervals.{{ column }},
                {%- endfor %}
                intervals.start_date desc
        ) as start_rank
    from {{ relation }} as intervals
    inner join {{ ref('hist_month_ends') }} as month_ends
        on
            intervals.start_date <= month_ends.month_end
            and intervals.held_as_at >= month_ends.month_end
            and (
                intervals.end_date is null
                or intervals.end_date > month_ends.month_end
            )
    {%- if where %}
    where {{ where }}
    {%- endif %}
),

one_per_child as (
    select *
    from states
    where start_rank = 1
)
{%- endmacro %}
