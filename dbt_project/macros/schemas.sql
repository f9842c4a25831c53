{# Schemas are named as configured, without the target's prefix: published
   tables are in `marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
