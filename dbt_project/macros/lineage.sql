{# Whether the figures of an indicator are read from a model of gate_lineage: its
   population, the children of the area for a rate, what it is compared with. #}
{% macro is_read_by(lineage, indicators) -%}
    (
        {{ lineage }}.reader = 'pop_' || {{ indicators }}.population
        or (
            {{ lineage }}.reader = 'hist_population_estimates'
            and {{ indicators }}.kind = 'rate_per_10k'
        )
        or (
            {{ lineage }}.reader = 'hist_compared_figures'
            and (
                {{ indicators }}.method = 'published'
                or {{ indicators }}.kind = 'gap'
            )
        )
    )
{%- endmacro %}

{# The source tables among the ancestors of the models that figures are read
   from, from dbt's own graph: what the gate holds follows the references in the
   models, and nothing else has to be kept in step. Populations are among them
   by their name, `others` are named; what the job itself tells (`run`) is no
   extract and holds nothing. A population that looks an area up in public
   figures is not held by them: only where they are its denominator or what it
   is compared with. #}
{% macro lineage_of_readers(
    others, not_extracts=['run', 'quality'],
    public=['population', 'benchmarks']
) -%}
    {%- set pairs = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model'
            and (node.name.startswith('pop_') or node.name in others) -%}
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
                and graph.sources[name].source_name not in not_extracts
                and (
                    node.name in others
                    or graph.sources[name].source_name not in public
                ) -%}
                {%- do pairs.append((
                    node.name,
                    graph.sources[name].source_name,
                    graph.sources[name].name
                )) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for reader, source, table_name in pairs %}
    select
        '{{ reader }}' as reader,
        '{{ source }}' as source,
        '{{ table_name }}' as table_name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        cast(null as string) as reader,
        cast(null as string) as source,
        cast(null as string) as table_name
    where false
    {%- endfor %}
{%- endmacro %}

{# What a failed table holds figures for, in a sentence; `failed` is a row of
   gate_failed_tables. #}
{% macro cause_of_hold(failed) -%}
    {{ failed }}.check_id || ' (' || {{ failed }}.source || ' '
    || {{ failed }}.table_name || ') since the extract of '
    || cast({{ failed }}.failed_since as string) || ': ' || {{ failed }}.message
{%- endmacro %}
