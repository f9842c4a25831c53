{# A line that says better, worse, higher or lower is printed with a usual
   value, and a figure of a year earlier if there is one, that say so too
   (docs/changes.md). #}
{% test direction_agrees_with_figures(model) %}
select
    lines.edition,
    lines.indicator_id,
    lines.area_code,
    lines.direction
from {{ model }} as lines
inner join {{ ref('dim_indicators') }} as indicators
    on lines.indicator_id = indicators.indicator_id
where
    lines.direction not in ('not judged', 'no change')
    and not coalesce(
        case
            when lines.direction = 'higher' then 'high'
            when lines.direction = 'lower' then 'low'
            when lines.direction = 'better' then indicators.good_is
            when lines.direction = 'worse' and indicators.good_is = 'high' then 'low'
            when lines.direction = 'worse' and indicators.good_is = 'low' then 'high'
        end
        = case
            when
                lines.value > lines.usual
                and lines.value > coalesce(lines.year_before_value, lines.usual)
                then 'high'
            when
                lines.value < lines.usual
                and lines.value < coalesce(lines.year_before_value, lines.usual)
                then 'low'
        end,
        false
    )
{% endtest %}
