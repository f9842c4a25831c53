{# The breakdowns that records carry themselves, and those of a child, which stand
   in pop_children: names of dbt_project.yml, since dbt's unit tests know no graph.
   Which population offers which is said by `meta: {breakdown: true}`. #}
{% macro record_breakdowns() -%}
    {{ return(var('record_breakdowns')) }}
{%- endmacro %}

{% macro child_breakdowns() -%}
    {{ return(var('child_breakdowns')) }}
{%- endmacro %}

{# A column marked as a breakdown that dbt_project.yml does not name would have no
   figures: refused instead. #}
{% macro refuse_unnamed_breakdowns() -%}
    {%- for node in population_models() -%}
        {%- set kind = 'child_breakdowns' if node.name == 'pop_children'
            else 'record_breakdowns' -%}
        {%- for column in node.columns.values()
            if column.config.get('meta', {}).get('breakdown')
            and column.name not in var(kind) -%}
            {%- do exceptions.raise_compiler_error(
                node.name ~ '.' ~ column.name ~ ' is marked as a breakdown but '
                ~ 'is not among the ' ~ kind ~ ' of '
                ~ 'dbt_project/dbt_project.yml: add it there, else it has no '
                ~ 'figures'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
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
