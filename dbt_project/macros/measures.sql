{# The records of a population, once per measure that its documentation marks
   with `meta: {measure: true}` (a flag or an amount), so that an indicator
   names a measure and never expresses one. The measure 'all' is 1 for every
   record. #}
{% macro measures_of(population) -%}
    {%- set model = 'pop_' ~ population -%}
    {%- set measures = [('all', '1')] -%}
    {%- set nodes = graph.nodes.values() if execute else [] -%}
    {%- for node in nodes if node.name == model -%}
        {%- for column in node.columns.values()
            if column.meta.get('measure')
            or column.config.get('meta', {}).get('measure') -%}
            {%- if column.data_type == 'boolean' -%}
                {%- do measures.append((
                    column.name,
                    'case when ' ~ column.name ~ ' then 1 else 0 end'
                )) -%}
            {%- else -%}
                {%- do measures.append((column.name, column.name)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, amount in measures %}
    select
        '{{ population }}' as population,
        '{{ name }}' as measure,
        area_code,
        record_key,
        child_key,
        event_date,
        counted_on,
        source,
        cast({{ amount }} as decimal(24, 10)) as amount
    from {{ ref(model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
