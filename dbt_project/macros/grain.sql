{#
    Hold a table to the grain that its YAML names (`meta`): what is built on it
    never sees two rows where one is meant. A hook of every model, SQL or
    Python, inside the transaction that makes the table: one that fails leaves
    what was there before. As a data test each would be a node more, which
    takes longer than the looking. It gives dbt no statement to run.
#}
{% macro hold_to_grain(built, model) %}
    {%- set grain = model.config.meta.get('grain') if execute -%}
    {%- if grain -%}
        {%- set columns = grain | join(', ') -%}
        {%- set found = run_query(
            'select count(*) from (select ' ~ columns ~ ' from ' ~ built
            ~ ' group by ' ~ columns ~ ' having count(*) > 1)'
        ) -%}
        {%- if found.rows[0][0] > 0 -%}
            {{ exceptions.raise_compiler_error(
                found.rows[0][0] ~ ' times more than one row per ' ~ columns
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
