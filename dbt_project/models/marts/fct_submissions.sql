-- One row per submission version ever received, with what became of its rows.
-- `superseded` is an accepted version that a later one of its folder, or a
-- later folder of the same as-at date, has replaced.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

-- a version may have become the content of its folder more than once
versions as (
    select
        submission_id,
        area_code,
        source,
        folder_month,
        as_at_date,
        version,
        verdict,
        reason,
        min(received_at) as received_at
    from {{ ref('stg_run__receipts') }}
    where not is_shipped
    group by
        submission_id,
        area_code,
        source,
        folder_month,
        as_at_date,
        version,
        verdict,
        reason
),

counts as (
    select
        submission_id,
        sum(rows_received) as rows_received,
        sum(rows_loaded) as rows_loaded,
        sum(rows_deduplicated) as rows_deduplicated,
        sum(rows_quarantined) as rows_quarantined
    from {{ ref('stg_run__tables') }}
    group by submission_id
),

final as (
    select
        versions.submission_id,
        versions.area_code,
        versions.source,
        versions.folder_month,
        versions.as_at_date,
        versions.version,
        versions.received_at,
        -- of a version whose record is gone nobody knows; of a rejected one
        -- nothing was read
        {%- for what in ['received', 'loaded', 'deduplicated', 'quarantined'] %}
        cast(
            case
                when versions.verdict = 'rejected' then 0
                else counts.rows_{{ what }}
            end as bigint
        ) as rows_{{ what }},
        {%- endfor %}
        case
            when versions.verdict = 'rejected' then 'rejected'
            when serving.submission_id is not null then 'accepted'
            when
                versions.as_at_date > run.knowledge_date
                or versions.received_at > run.received_by
                then 'accepted'
            else 'superseded'
        end as status,
        versions.reason,
        run.run_id
    from versions
    cross join run
    left join counts
        on versions.submission_id = counts.submission_id
    left join {{ ref('hist_serving_submissions') }} as serving
        on versions.submission_id = serving.submission_id
)

select * from final
