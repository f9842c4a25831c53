-- One row per anomaly that an earlier run published, when it did so first.
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
    baseline_from,
    baseline_reason,
    first_seen,
    run_id,
    happened_at,
    event_number
from {{ source('run', 'anomaly_events') }}
