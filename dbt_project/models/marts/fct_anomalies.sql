-- One row per series, local authority and period that lies, or once lay,
-- outside the limits of process control.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

newest as (
    select
        series_id,
        area_code,
        max(period_end) as newest_period
    from {{ ref('val_series') }}
    group by
        series_id,
        area_code
),

-- what a run with this knowledge could remember, as first said
remembered as (
    select
        events.*,
        row_number() over (
            partition by events.series_id, events.area_code, events.period_end
            order by events.event_number
        ) as said_rank
    from {{ ref('stg_run__anomaly_events') }} as events
    cross join run
    where
        events.first_seen <= run.knowledge_date
        and (run.received_by is null or events.happened_at <= run.received_by)
),

flagged as (
    select
        judged.series_id,
        judged.kind,
        judged.area_code,
        cast(judged.period_end as date) as period_end,
        judged.observed,
        judged.expected,
        judged.lower,
        judged.upper,
        judged.method,
        cast(judged.baseline_from as date) as baseline_from,
        judged.baseline_reason,
        judged.is_trial
    from {{ ref('val_anomalies') }} as judged
    where judged.is_flagged
),

standing as (
    select
        flagged.*,
        case
            when flagged.is_trial then 'trial'
            when flagged.period_end = newest.newest_period then 'new'
            else 'open'
        end as status,
        remembered.first_seen as remembered_since
    from flagged
    left join newest
        on
            replace(flagged.series_id, '.denominator', '') = newest.series_id
            and flagged.area_code = newest.area_code
    left join remembered
        on
            flagged.series_id = remembered.series_id
            and flagged.area_code = remembered.area_code
            and flagged.period_end = remembered.period_end
            and remembered.said_rank = 1
),

-- flagged once, and within the limits now that the figures have changed
closed as (
    select remembered.*
    from remembered
    left join flagged
        on
            remembered.series_id = flagged.series_id
            and remembered.area_code = flagged.area_code
            and remembered.period_end = flagged.period_end
    where remembered.said_rank = 1 and flagged.series_id is null
),

everything as (
    select
        series_id,
        kind,
        area_code,
        period_end,
        observed,
        expected,
        lower,
        upper,
        method,
        status,
        baseline_from,
        baseline_reason,
        remembered_since as first_seen
    from standing
    union all
    select
        series_id,
        kind,
        area_code,
        period_end,
        observed,
        expected,
        lower,
        upper,
        method,
        'closed' as status,
        baseline_from,
        baseline_reason,
        first_seen
    from closed
),

final as (
    select
        everything.series_id,
        everything.kind,
        everything.area_code,
        everything.period_end,
        everything.observed,
        everything.expected,
        everything.lower,
        everything.upper,
        everything.method,
        everything.status,
        everything.baseline_from,
        everything.baseline_reason,
        coalesce(everything.first_seen, run.knowledge_date) as first_seen,
        run.run_id
    from everything
    cross join run
)

select * from final
