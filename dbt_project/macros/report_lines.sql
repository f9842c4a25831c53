{# The newest published figure of a group of authorities that is not after the
   printed period, as columns of a report's line. #}
{% macro comparator_columns(comparator) %}
        {{ comparator }}.value as {{ comparator }}_value,
        {{ comparator }}.basis as {{ comparator }}_basis,
        {{ comparator }}.period_label as {{ comparator }}_period,
        case
            when {{ comparator }}.value is not null then null
            when lines.benchmark_series is null then 'no published series'
            else 'not published for this group by the end of our period'
        end as {{ comparator }}_missing,
{%- endmacro %}

{% macro comparator_join(comparator) %}
    left join compared as {{ comparator }}
        on
            lines.indicator_id = {{ comparator }}.indicator_id
            and lines.area_code = {{ comparator }}.area_code
            and {{ comparator }}.comparator = '{{ comparator }}'
{%- endmacro %}
