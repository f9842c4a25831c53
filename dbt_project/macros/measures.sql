{# The models pop_* of the project; dbt knows them only once it runs. #}
{% macro population_models() -%}
    {%- set models = graph.nodes.values() if execute else [] -%}
    {%- set found = [] -%}
    {%- for node in models
        if node.resource_type == 'model' and node.name.startswith('pop_') -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# dbt must read references before it knows the models, so pop_records names the
   populations. One that it does not name, though its records are counted on a
   day, would be published as 0: refused instead. #}
{% macro refuse_unnamed_populations(populations) -%}
    {%- for node in population_models()
        if node.name != 'pop_records'
        and 'counted_on' in node.columns
        and node.name | replace('pop_', '', 1) not in populations -%}
        {%- do exceptions.raise_compiler_error(
            node.name ~ ' is not among the populations of '
            ~ 'dbt_project/models/populations/pop_records.sql: add it there, '
            ~ 'else none of its records is counted'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{# The records of a population with their measures: each column that its
   documentation marks with `meta: {measure: true}` (a flag or an amount), so
   that an indicator names a measure and never expresses one. The measure 'all' is
   1 for every record. A population that documents `superseded_on` gives each
   record the day from which period ends no longer count it. Breakdowns that the
   population does not carry are null. #}
{% macro measures_of(population) -%}
    {%- set model = 'pop_' ~ population -%}
    {%- set measures = [('all', '1')] -%}
    {%- set endings = ['cast(null as date)'] -%}
    {%- set carried = [] -%}
    {%- set told = [] -%}
    {%- for node in population_models() if node.name == model -%}
        {%- if 'superseded_on' in node.columns -%}
            {%- do endings.append('superseded_on') -%}
        {%- endif -%}
        {%- do told.extend(node.columns) -%}
        {%- for column in node.columns.values()
            if column.config.get('meta', {}).get('breakdown') -%}
            {%- do carried.append(column.name) -%}
        {%- endfor -%}
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
    {%- set amounts = {} -%}
    {%- for name, amount in measures -%}
        {%- do amounts.update(
            {name: 'cast(' ~ amount ~ ' as decimal(24, 10))'}
        ) -%}
    {%- endfor %}
    select
        '{{ population }}' as population,
        area_code,
        record_key,
        child_key,
        event_date,
        counted_on,
        {{ endings | last }} as superseded_on,
        source,
        {%- set place = 'held_in' if 'held_in' in told
            else 'cast(null as string)' %}
        {{ dbt.split_part(place, "'/'", 1) }} as submission_id,
        {{ dbt.split_part(place, "'/'", 2) }} as table_name,
        cast({{ dbt.split_part(place, "'/'", 3) }} as bigint) as row_id,
        {%- if 'decided_by' in told %}
        decided_by,
        {%- else %}
        cast(null as string) as decided_by,
        {%- endif %}
        {%- for breakdown in record_breakdowns() %}
        {%- if breakdown in carried %}
        {{ breakdown }},
        {%- else %}
        cast(null as string) as {{ breakdown }},
        {%- endif %}
        {%- endfor %}
        {{ map_of(amounts) }} as amounts
    from {{ ref(model) }}
{%- endmacro %}
