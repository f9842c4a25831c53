{# The breakdowns that records of the populations offer: each column that their
   documentation marks with `meta: {breakdown: true}`. Those of a child stand in
   pop_children, the others in the population that carries them. #}
{% macro breakdowns_of(models) -%}
    {%- set found = [] -%}
    {%- for node in models -%}
        {%- for column in node.columns.values()
            if column.config.get('meta', {}).get('breakdown')
            and column.name not in found -%}
            {%- do found.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}

{% macro record_breakdowns() -%}
    {{ return(breakdowns_of(
        population_models() | rejectattr('name', 'eq', 'pop_children')
    )) }}
{%- endmacro %}

{% macro child_breakdowns() -%}
    {{ return(breakdowns_of(
        population_models() | selectattr('name', 'eq', 'pop_children')
    )) }}
{%- endmacro %}

{# Codes N1 to N9 of the CIN census and the SSDA903 return (DfE, CIN census
   guide, 2024, PrimaryNeedCode); N0 is 'not stated'. #}
{% macro primary_need(code) -%}
    case {{ code }}
        when 'N1' then 'abuse or neglect'
        when 'N2' then 'disability or illness of the child'
        when 'N3' then 'disability or illness of a parent'
        when 'N4' then 'family in acute stress'
        when 'N5' then 'family dysfunction'
        when 'N6' then 'socially unacceptable behaviour'
        when 'N7' then 'low income'
        when 'N8' then 'absent parenting'
        when 'N9' then 'cases other than children in need'
        else 'not recorded'
    end
{%- endmacro %}

{% macro category_of_abuse(code) -%}
    case {{ code }}
        when 'NEG' then 'neglect'
        when 'PHY' then 'physical abuse'
        when 'SAB' then 'sexual abuse'
        when 'EMO' then 'emotional abuse'
        when 'MUL' then 'multiple or not recommended'
        else 'not recorded'
    end
{%- endmacro %}
