-- One row per check and submission version in use at the knowledge date.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

-- the newest version of each folder, rejected ones included: what table checks
-- judge
versions as (
    select distinct
        submission_id,
        area_code,
        source,
        as_at_date,
        version
    from {{ ref('stg_run__receipts') }}
    where not is_shipped
),

row_checks as (
    select
        row_checks.check_id,
        row_checks.submission_id,
        row_checks.table_name,
        row_checks.column_name,
        row_checks.dimension,
        row_checks.severity,
        row_checks.rows_checked,
        row_checks.rows_failed,
        row_checks.passed,
        'run' as status,
        cast(null as string) as status_reason
    from {{ ref('stg_run__row_checks') }} as row_checks
    inner join {{ ref('hist_serving_submissions') }} as serving
        on row_checks.submission_id = serving.submission_id
),

-- DfE's own rules; one that could not be judged has not passed
statutory_checks as (
    select
        rules.check_id,
        rules.submission_id,
        rules.table_name,
        rules.column_name,
        rules.dimension,
        rules.severity,
        rules.rows_checked,
        rules.rows_failed,
        rules.passed,
        rules.status,
        rules.reason as status_reason
    from {{ ref('stg_run__statutory_checks') }} as rules
    inner join {{ ref('hist_serving_submissions') }} as serving
        on rules.submission_id = serving.submission_id
),

table_checks as (
    select
        check_id,
        submission_id,
        table_name,
        column_name,
        case rule
            when 'structure' then 'completeness'
            when 'fewer_rows' then 'completeness'
            when 'volume' then 'consistency'
            when 'lost_zeros' then 'consistency'
            else 'validity'
        end as dimension,
        severity,
        rows_checked,
        rows_failed,
        passed,
        case when is_released then 'accepted' else 'run' end as status,
        case when not passed then message end as status_reason
    from {{ ref('stg_run__table_checks') }}
),

checks as (
    select * from row_checks
    union all
    select * from statutory_checks
    union all
    select * from table_checks
),

final as (
    select
        checks.check_id,
        versions.area_code,
        versions.source,
        versions.as_at_date,
        versions.version,
        checks.submission_id,
        checks.table_name,
        checks.column_name,
        checks.dimension,
        checks.severity,
        checks.rows_checked,
        checks.rows_failed,
        checks.passed,
        checks.status,
        checks.status_reason,
        run.run_id
    from checks
    inner join versions
        on checks.submission_id = versions.submission_id
    cross join run
)

select * from final
