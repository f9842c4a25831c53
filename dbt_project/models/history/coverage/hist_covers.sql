-- One row per kind of record and serving submission with every table that holds
-- it: the days covered.
with

serving as (
    select * from {{ ref('hist_serving_submissions') }}
),

tables as (
    select * from {{ ref('stg_run__tables') }}
),

entities as (
    select
        *,
        count(*) over (partition by entity, source) as n_tables
    from {{ ref('entity_tables') }}
),

-- an as-at state is true on its own day only, whatever its table covers; OC2
-- and OC3 are states of the year's end (docs/history.md, 'As-at states'); a
-- list of latest dates covers its own month (docs/history.md, 'Latest
-- dates')
held as (
    select
        entities.entity,
        entities.resolved_as,
        entities.precedence,
        entities.n_tables,
        serving.area_code,
        serving.source,
        serving.submission_id,
        serving.as_at_date,
        case
            when entities.resolved_as in ('state', 'year_end_state')
                then serving.as_at_date
            when entities.resolved_as = 'latest'
                then cast(
                    {{ dbt.date_trunc('month', 'serving.as_at_date') }} as date
                )
            else tables.cover_from
        end as cover_from,
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
    where
        entities.resolved_as <> 'year_end_state'
        or (
            extract(month from serving.as_at_date) = 3
            and extract(day from serving.as_at_date) = 31
        )
),

covers as (
    select
        entity,
        resolved_as,
        precedence,
        area_code,
        source,
        submission_id,
        as_at_date,
        max(cover_from) as cover_from,
        min(cover_to) as cover_to
    from held
    group by
        entity,
        resolved_as,
        precedence,
        area_code,
        source,
        submission_id,
        as_at_date
    having count(*) = max(n_tables)
)

select * from covers
