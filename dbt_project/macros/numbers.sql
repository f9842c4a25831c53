{# The number of a published cell; `low` and `k` mean one that rounds to
   nothing. Null where it holds another symbol. #}
{% macro published_number(text) -%}
    case
        when {{ is_number(text) }} then cast({{ text }} as double)
        when lower({{ text }}) in ('low', 'k') then 0
    end
{%- endmacro %}

{# What a published cell says instead of a number: c suppressed, z not applicable,
   anything else not published (docs/benchmarks.md, 'Symbols'). #}
{% macro published_status(text) -%}
    case
        when {{ is_number(text) }} then 'ok'
        when lower({{ text }}) in ('low', 'k') then 'ok'
        when lower({{ text }}) = 'c' then 'suppressed'
        when lower({{ text }}) = 'z' then 'not_applicable'
        else 'not_published'
    end
{%- endmacro %}

{# A ratio of two published counts, for files that give counts only; null under
   0. Indicators are divided in val_figures alone. #}
{% macro ratio(part, whole) -%}
    ({{ part }}) / nullif(({{ whole }}), 0)
{%- endmacro %}
