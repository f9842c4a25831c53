{#
    Every fact joins every dimension whose key it has, without losing a row; a
    row without a key (a series that no indicator is compared with) has none.
    dbt reads references before it knows the models: they are named here, and
    one that is missing is refused. National files are of no area.
#}
{%- set named = [
    'dim_actions', 'dim_areas', 'dim_breakdown_values', 'dim_checks',
    'dim_indicator_tables', 'dim_indicators', 'dim_method_breaks',
    'dim_neighbours', 'dim_periods', 'dim_population', 'dim_runs',
    'dim_targets', 'fct_anomalies', 'fct_benchmarks', 'fct_change_parts', 'fct_changes',
    'fct_cohorts', 'fct_counted_records', 'fct_delivery_actions', 'fct_disproportionality',
    'fct_dq_issues', 'fct_dq_results', 'fct_holds', 'fct_indicator_comments',
    'fct_indicator_values',
    'fct_managers_lists', 'fct_newest_figures', 'fct_reconciliations',
    'fct_submissions',
    'fct_vintages'
] %}
{%- for name in named %}{% do ref(name) %}{% endfor %}
{%- set keys, facts, lost = {}, [], [] %}
{%- for node in graph.nodes.values() if execute
    and node.resource_type == 'model'
    and node.config.materialized == 'table' %}
    {%- if node.name.startswith('fct_') or node.name.startswith('dim_') %}
        {%- if node.name not in named %}
            {{- exceptions.raise_compiler_error(
                node.name ~ ' is not named in dbt_project/tests/'
                ~ 'facts_join_dimensions.sql: add it there'
            ) }}
        {%- endif %}
        {%- if node.name.startswith('fct_') %}
            {%- do facts.append(node) %}
        {%- else %}
            {%- for rule in node.constraints if rule.columns %}
                {%- do keys.update({node.relation_name: rule.columns}) %}
            {%- endfor %}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- for fact in facts %}
    {%- for dimension, columns in keys.items() %}
        {%- if columns | reject('in', fact.columns) | list | length == 0 %}
            {%- do lost.append((fact, dimension, columns)) %}
        {%- endif %}
    {%- endfor %}
{%- endfor %}
{%- for fact, dimension, columns in lost %}
select
    '{{ fact.name }}' as fact,
    '{{ columns | join(', ') }}' as dimension_key,
    count(*) as n_lost
from {{ fact.relation_name }} as facts
left join {{ dimension }} as dimensions
    on
        {%- for column in columns %}
        {{ 'and ' if not loop.first }}facts.{{ column }} = dimensions.{{ column }}
        {%- endfor %}
where
    dimensions.{{ columns[0] }} is null
    {%- for column in columns %}
    and facts.{{ column }} is not null
    {%- endfor %}
    {%- if 'area_code' in columns %}
    and facts.area_code <> 'national'
    {%- endif %}
having count(*) > 0
{{ 'union all' if not loop.last }}
{%- else %}
select 1 as none where false
{%- endfor %}
