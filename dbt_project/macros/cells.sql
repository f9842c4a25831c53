{# Whether something was in a cell of a record that could not be read, in any
   of these columns, by the names of the file's contract. Asked wherever a
   column decides whether, when or in which part a record counts: what could
   not be read is not 'empty' (docs/gate.md, 'Cells that cannot be read'). #}
{% macro is_unread(columns, of=none) -%}
    {%- set marked = of ~ '.unreadable_columns' if of else 'unreadable_columns' -%}
    coalesce(
        {%- for column in columns %}
        {{ marked }} like '% {{ column }} %'
        {{- '\n        or' if not loop.last }}
        {%- endfor %},
        false
    )
{%- endmacro %}

{# Whether a list of a submission says anything in a column: where it says
   nothing at all, its system does not give it, which is not a 'no'. #}
{% macro any_is_filled(column, relation) -%}
    count({{ column }}) over (
                partition by {{ relation }}.submission_id
            ) > 0
{%- endmacro %}
