{# Where a record is: the version of the submission, the table of its source
   and the row of that version; `tables` names the table by source. #}
{% macro held_in(tables, of=none) -%}
    {%- set prefix = of ~ '.' if of else '' -%}
    case {{ prefix }}source
        {%- for source, table_name in tables.items() %}
        when '{{ source }}'
            then {{ place_of_row(table_name, of) }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro place_of_row(table_name, of=none) -%}
    {%- set prefix = of ~ '.' if of else '' -%}
    {{ prefix }}submission_id || '/{{ table_name }}/'
    || cast({{ prefix }}row_id as string)
{%- endmacro %}

{# What decided about a record, in words: each named date, code or amount that is
   there. Never a text that somebody wrote. #}
{% macro decided_by(named) -%}
    nullif(
        concat_ws(
            '; '
            {%- for name, value in named.items() %},
            '{{ name }} ' || cast({{ value }} as string)
            {%- endfor %}
        ),
        ''
    )
{%- endmacro %}
