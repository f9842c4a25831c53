-- One row per check and record that fails it, or once failed it, in the
-- submissions that serve.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

seen as (
    select
        issues.*,
        serving.area_code,
        serving.source,
        serving.as_at_date,
        row_number() over (
            partition by serving.area_code, issues.issue_key
            order by serving.as_at_date desc, issues.source_row
        ) as newest_rank
    from {{ ref('stg_run__row_issues') }} as issues
    inner join {{ ref('hist_serving_submissions') }} as serving
        on issues.submission_id = serving.submission_id
),

spans as (
    select
        area_code,
        issue_key,
        min(as_at_date) as first_seen,
        max(as_at_date) as last_seen,
        cast(count(distinct as_at_date) as integer) as times_seen
    from seen
    group by
        area_code,
        issue_key
),

newest_submissions as (
    select
        area_code,
        source,
        max(as_at_date) as newest_as_at_date
    from {{ ref('hist_serving_submissions') }}
    group by
        area_code,
        source
),

final as (
    select
        seen.issue_key,
        seen.check_id,
        seen.rule_code,
        seen.severity,
        seen.source,
        seen.table_name,
        seen.area_code,
        seen.child_key,
        seen.field,
        seen.source_row,
        seen.is_quarantined,
        seen.message,
        owners.owner,
        spans.first_seen,
        spans.last_seen,
        spans.times_seen,
        case
            when spans.last_seen = newest_submissions.newest_as_at_date
                then 'open'
            else 'fixed'
        end as status,
        {{ add_days('spans.first_seen', 'owners.days_to_answer') }}
            as due_date,
        run.run_id
    from seen
    inner join spans
        on
            seen.area_code = spans.area_code
            and seen.issue_key = spans.issue_key
    inner join newest_submissions
        on
            seen.area_code = newest_submissions.area_code
            and seen.source = newest_submissions.source
    left join {{ ref('stg_run__owners') }} as owners
        on seen.source = owners.source
    cross join run
    where seen.newest_rank = 1
)

select * from final
