{# A mart by schema and name only, so that a view in the published file works
   under whatever name an analyst attaches that file. #}
{% macro published(model) -%}
    {%- set relation = ref(model) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}
