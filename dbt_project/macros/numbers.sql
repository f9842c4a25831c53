{# Whether a text is a number, exponent included: published files hold symbols
   beside numbers. #}
{% macro is_number(text) -%}
    {{ return(adapter.dispatch('is_number')(text)) }}
{%- endmacro %}

{% macro default__is_number(text) -%}
    regexp_like({{ text }}, '^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$')
{%- endmacro %}

{% macro duckdb__is_number(text) -%}
    regexp_full_match({{ text }}, '-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?')
{%- endmacro %}
