{# The breakdowns that a record may carry itself; those of a child (sex, age,
   ethnic group) come from pop_children. A population carries one by having the
   column, marked `meta: {breakdown: true}`. #}
{% macro record_breakdowns() -%}
    {{ return(['primary_need', 'category_of_abuse']) }}
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
