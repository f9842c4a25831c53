-- One row per area, extract table and error check that its newest submission
-- fails and nobody has released: the state that holds, until a good submission
-- arrives or somebody accepts. What is lost holds whatever its age: history
-- depends on older submissions, too.
with

checks as (
    select * from {{ ref('stg_run__table_checks') }}
    where severity = 'error'
),

newest as (
    select
        area_code,
        source,
        table_name,
        max(as_at_date) as as_at_date
    from checks
    group by
        area_code,
        source,
        table_name
),

failed as (
    select checks.*
    from checks
    inner join newest
        on
            checks.area_code = newest.area_code
            and checks.source = newest.source
            and checks.table_name = newest.table_name
    where
        not checks.passed
        and not checks.is_released
        and (
            checks.as_at_date = newest.as_at_date
            or checks.rule = 'lost'
        )
),

judged as (
    select
        area_code,
        source,
        table_name,
        as_at_date,
        min(case when passed or is_released then 1 else 0 end) as is_good
    from checks
    group by
        area_code,
        source,
        table_name,
        as_at_date
),

good as (
    select
        area_code,
        source,
        table_name,
        max(as_at_date) as last_good_date
    from judged
    where is_good = 1
    group by
        area_code,
        source,
        table_name
),

bad_since as (
    select
        checks.area_code,
        checks.source,
        checks.table_name,
        min(checks.as_at_date) as failed_since
    from checks
    left join good
        on
            checks.area_code = good.area_code
            and checks.source = good.source
            and checks.table_name = good.table_name
    where
        not checks.passed
        and not checks.is_released
        and (
            good.last_good_date is null
            or checks.as_at_date > good.last_good_date
            or checks.rule = 'lost'
        )
    group by
        checks.area_code,
        checks.source,
        checks.table_name
),

final as (
    select
        failed.area_code,
        failed.source,
        failed.table_name,
        failed.check_id,
        failed.message,
        failed.populations,
        bad_since.failed_since
    from failed
    inner join bad_since
        on
            failed.area_code = bad_since.area_code
            and failed.source = bad_since.source
            and failed.table_name = bad_since.table_name
)

select * from final
