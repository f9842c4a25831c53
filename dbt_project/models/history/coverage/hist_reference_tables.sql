-- One row per national reference table: the submission that serves it, the
-- newest landed one at the knowledge date, else the figures that ship with the
-- project.
with

landed as (
    select
        submission_id,
        source,
        as_at_date,
        1 as preference
    from {{ ref('hist_serving_submissions') }}
    where area_code = 'national'
),

shipped as (
    select
        submission_id,
        source,
        as_at_date,
        2 as preference
    from {{ ref('stg_run__receipts') }}
    where is_shipped
),

candidates as (
    select * from landed
    union all
    select * from shipped
),

ranked as (
    select
        candidates.source,
        tables.table_name,
        candidates.submission_id,
        row_number() over (
            partition by candidates.source, tables.table_name
            order by candidates.preference, candidates.as_at_date desc
        ) as serving_rank
    from candidates
    inner join {{ ref('stg_run__tables') }} as tables
        on
            candidates.submission_id = tables.submission_id
            and not tables.is_failed
),

serving as (
    select
        source,
        table_name,
        submission_id
    from ranked
    where serving_rank = 1
)

select * from serving
