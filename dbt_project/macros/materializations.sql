{#-
    Tables and views of a build that begins with nothing.

    Every run builds into an empty database, which only a finished run puts in place (data/README.md): there is no
    earlier relation to keep until the new one stands. dbt's own materializations create each relation under
    another name, rename it and drop what was there before, which took a sixth of the time of a build.

    A table whose YAML names its grain (`meta`) is held to it as it is made: what is built on it never sees two
    rows where one is meant. As a data test each would be a node more, which takes longer than the looking.
-#}

{% macro hold_to_grain(built, grain) %}
    {%- set columns = grain | join(', ') -%}
    {%- set found = run_query(
        'select count(*) from (select ' ~ columns ~ ' from ' ~ built
        ~ ' group by ' ~ columns ~ ' having count(*) > 1)'
    ) -%}
    {%- if found.rows[0][0] > 0 -%}
        {{ exceptions.raise_compiler_error(found.rows[0][0] ~ ' times more than one row per ' ~ columns) }}
    {%- endif -%}
{% endmacro %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set built = this.incorporate(type='table') -%}
    {%- set language = model['language'] -%}
    {% call statement('main', language=language) -%}
        {{ create_table_as(false, built, compiled_code, language) }}
    {%- endcall %}
    {%- set grain = model.config.meta.get('grain') -%}
    {% if grain %}{% do hold_to_grain(built, grain) %}{% endif %}
    {% do persist_docs(built, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [built]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set built = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        {{ create_view_as(built, sql) }}
    {%- endcall %}
    {% do persist_docs(built, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [built]}) }}
{% endmaterialization %}
