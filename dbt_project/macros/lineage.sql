{# The source tables among the ancestors of a population model, from dbt's own
   graph: what the gate holds follows the references in the models, and nothing
   else has to be kept in step. Sources that are not extracts (`run`, public
   reference data) hold nothing. #}
{% macro lineage_of_populations(
    not_extracts=['run', 'quality', 'population', 'benchmarks']
) -%}
    {%- set pairs = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model'
            and node.name.startswith('pop_') -%}
            {%- set reached = [node.unique_id] -%}
            {%- for name in reached -%}
                {%- set reader = graph.nodes.get(name, {}) -%}
                {%- set reads = reader.get('depends_on', {}) -%}
                {%- set parents = reads.get('nodes', []) -%}
                {%- for parent in parents if parent not in reached -%}
                    {%- do reached.append(parent) -%}
                {%- endfor -%}
            {%- endfor -%}
            {%- for name in reached
                if name in graph.sources
                and graph.sources[name].source_name not in not_extracts -%}
                {%- do pairs.append((
                    node.name | replace('pop_', '', 1),
                    graph.sources[name].source_name,
                    graph.sources[name].name
                )) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for population, source, table_name in pairs %}
    select
        '{{ population }}' as population,
        '{{ source }}' as source,
        '{{ table_name }}' as table_name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        cast(null as varchar) as population,
        cast(null as varchar) as source,
        cast(null as varchar) as table_name
    where false
    {%- endfor %}
{%- endmacro %}
