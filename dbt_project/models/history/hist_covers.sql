-- One row per kind of record and serving submission with a table that holds it:
-- the days covered.
with

serving as (
    select * from {{ ref('hist_serving_submissions') }}
),

tables as (
    select * from {{ ref('stg_run__tables') }}
),

entities as (
    select * from {{ ref('entity_tables') }}
),

covers as (
    select
        entities.entity,
        entities.resolved_as,
        entities.precedence,
        serving.area_code,
        serving.source,
        serving.submission_id,
        serving.as_at_date,
        tables.cover_from,
        tables.cover_to
    from serving
    inner join tables
        on
            serving.submission_id = tables.submission_id
            and not tables.is_failed
    inner join entities
        on
            serving.source = entities.source
            and tables.table_name = entities.table_name
)

select * from covers
