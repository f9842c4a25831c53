{# The stable name of a record: a hash of its entity and business key
   (data/README.md, 'Keys'). #}
{% macro record_key(entity, columns) -%}
    {%- set parts = ["'" ~ entity ~ "'"] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as string), '')") -%}
    {%- endfor -%}
    md5({{ parts | join(" || '|' || ") }})
{%- endmacro %}
