{# Spark's view of what was taken in: a view per source over its Parquet files, and
   one per seed over what DuckDB read of it (Spark's own seeds turn null into the
   text 'None'). `root` is the data folder as the engine sees it. #}
{% macro read_from(root) -%}
    {%- for source in graph.sources.values() -%}
        {%- set place = source.meta.external_location
            | replace('{name}', source.name) -%}
        {%- do view_of_files(source.schema, source.identifier, root ~ '/' ~ place) -%}
    {%- endfor -%}
    {%- for seed in graph.nodes.values() if seed.resource_type == 'seed' -%}
        {%- do view_of_files(
            seed.schema, seed.alias,
            root ~ '/.work/seeds/' ~ seed.name ~ '.parquet'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro view_of_files(schema, name, place) -%}
    {%- do run_query('create schema if not exists ' ~ schema) -%}
    {%- do run_query(
        'create or replace view ' ~ schema ~ '.' ~ name
        ~ ' as select * from parquet.`' ~ place ~ '`'
    ) -%}
{%- endmacro %}
