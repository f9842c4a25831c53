-- One row per local authority and national file on schools: the days from which
-- on both files are there, up to the knowledge date.
with

first_files as (
    select
        source,
        min(as_at_date) as first_as_at
    from {{ ref('hist_serving_submissions') }}
    where source in ('gias', 'ofsted_mi')
    group by source
),

spans as (
    select
        max(first_as_at) as run_from,
        {{ joined('source', "'+'") }} as source,
        count(*) as n_files
    from first_files
),

runs as (
    select
        'school' as entity,
        areas.area_code,
        spans.source,
        spans.run_from,
        run.knowledge_date as run_to
    from spans
    cross join {{ ref('stg_run__areas') }} as areas
    cross join {{ ref('stg_run__run') }} as run
    where spans.n_files = 2
)

select * from runs
