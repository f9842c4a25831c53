{# What the engines say in different words, and nothing else: one macro each, with
   one implementation per engine; models name no engine.
   dbt_project/tests/engines.sql asks all of them on each. A text is a `string` on
   every engine, and dbt's own macros (dateadd, datediff, date_spine) come first. #}

{# The type of a moment, whose time zone is known. #}
{% macro type_of_moment() -%}
    {{ return(adapter.dispatch('type_of_moment')()) }}
{%- endmacro %}

{% macro duckdb__type_of_moment() -%}
    timestamp with time zone
{%- endmacro %}

{% macro spark__type_of_moment() -%}
    timestamp
{%- endmacro %}

{# Texts of a group in one, in their own order. #}
{% macro joined(column, separator) -%}
    {{ return(adapter.dispatch('joined')(column, separator)) }}
{%- endmacro %}

{% macro duckdb__joined(column, separator) -%}
    string_agg({{ column }}, {{ separator }} order by {{ column }})
{%- endmacro %}

{% macro spark__joined(column, separator) -%}
    listagg({{ column }}, {{ separator }}) within group (order by {{ column }})
{%- endmacro %}

{# Whether a day is a Saturday or a Sunday; Spark's weeks begin with 1. #}
{% macro is_weekend(day) -%}
    {{ return(adapter.dispatch('is_weekend')(day)) }}
{%- endmacro %}

{% macro duckdb__is_weekend(day) -%}
    extract(dow from {{ day }}) in (0, 6)
{%- endmacro %}

{% macro spark__is_weekend(day) -%}
    dayofweek({{ day }}) in (1, 7)
{%- endmacro %}

{# Whether a text is a number, exponent included: published files hold symbols
   next to numbers. No backslash: Spark takes it out of a text. #}
{% macro is_number(text) -%}
    {{ return(adapter.dispatch('is_number')(
        text, "'^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$'"
    )) }}
{%- endmacro %}

{% macro duckdb__is_number(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro spark__is_number(text, pattern) -%}
    regexp_like({{ text }}, {{ pattern }})
{%- endmacro %}

{# Amounts by name: `amounts` has an expression for each. #}
{% macro map_of(amounts) -%}
    {{ return(adapter.dispatch('map_of')(amounts)) }}
{%- endmacro %}

{% macro duckdb__map_of(amounts) -%}
    map {
            {%- for name, amount in amounts.items() %}
            '{{ name }}': {{ amount }}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        }
{%- endmacro %}

{% macro spark__map_of(amounts) -%}
    map(
            {%- for name, amount in amounts.items() %}
            '{{ name }}', {{ amount }}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        )
{%- endmacro %}

{# Amounts of a group of rows by key. #}
{% macro amounts_by(key, amount) -%}
    {{ return(adapter.dispatch('amounts_by')(key, amount)) }}
{%- endmacro %}

{% macro duckdb__amounts_by(key, amount) -%}
    map(list({{ key }}), list({{ amount }}))
{%- endmacro %}

{# A list of Spark leaves out what is null, so both are collected as one. #}
{% macro spark__amounts_by(key, amount) -%}
    map_from_entries(collect_list(struct({{ key }}, {{ amount }})))
{%- endmacro %}

{# What a record adds to a sum of a measure; null where no measure is named. #}
{% macro amount_of(amounts, measure) -%}
    {{ return(adapter.dispatch('amount_of')(amounts, measure)) }}
{%- endmacro %}

{% macro duckdb__amount_of(amounts, measure) -%}
    map_extract_value({{ amounts }}, {{ measure }})
{%- endmacro %}

{% macro spark__amount_of(amounts, measure) -%}
    {{ amounts }}[{{ measure }}]
{%- endmacro %}

{# Under the target `loaded` DuckDB computes no table that Spark has built: it reads
   it, into the types of its contract, and holds it to contract and grain as its
   own. Models in Python are the same on both, and read what was loaded. #}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql',
    partitioned_by=none, sorted_by=none
) -%}
    {%- if target.name == 'loaded' and language == 'sql' -%}
        {%- set compiled_code = built_by_spark(model) -%}
    {%- endif -%}
    {{ return(dbt.duckdb__create_table_as(
        temporary, relation, compiled_code, language, partitioned_by, sorted_by
    )) }}
{%- endmacro %}

{% macro built_by_spark(model) -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() if model.contract.enforced -%}
        {%- do columns.append(
            'cast(' ~ column.name ~ ' as ' ~ column.data_type ~ ') as '
            ~ column.name
        ) -%}
    {%- endfor -%}
    select {{ columns | join(', ') or '*' }}
    from read_parquet(
        '.work/spark/warehouse/{{ model.schema }}.db/{{ model.name }}/*.parquet'
    )
{%- endmacro %}
