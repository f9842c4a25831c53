-- One row per submission that serves at the knowledge date: of each source,
-- area and as-at date the latest folder, in its newest accepted version
-- received in time.
with

receipts as (
    select
        receipts.*,
        run.knowledge_date
    from {{ ref('stg_run__receipts') }} as receipts
    cross join {{ ref('stg_run__run') }} as run
    where
        receipts.verdict = 'accepted'
        and not receipts.is_shipped
        and (
            run.received_by is null
            or receipts.received_at <= run.received_by
        )
),

newest_versions as (
    select
        *,
        row_number() over (
            partition by area_code, source, folder_month
            order by event_number desc
        ) as version_rank
    from receipts
),

-- the knowledge date asks a folder's newest version only: content that was
-- replaced does not come back when its successor is dated later
latest_folders as (
    select
        *,
        row_number() over (
            partition by area_code, source, as_at_date
            order by folder_month desc
        ) as folder_rank
    from newest_versions
    where
        version_rank = 1
        and as_at_date <= knowledge_date
),

serving as (
    select
        submission_id,
        area_code,
        source,
        folder_month,
        version,
        as_at_date
    from latest_folders
    where folder_rank = 1
)

select * from serving
