{# Every row has its parent: `relationships`, for a key of several columns. #}
{% test has_parent(model, to, columns) %}
select children.*
from {{ model }} as children
left join {{ to }} as parents
    on
        {%- for column in columns %}
        {{ 'and ' if not loop.first }}children.{{ column }}
        = parents.{{ column }}
        {%- endfor %}
where parents.{{ columns[0] }} is null
{% endtest %}
