-- One row per basis and period of the grid.
select
    periods.basis,
    periods.period_start,
    periods.period_end,
    run.run_id
from {{ ref('hist_periods') }} as periods
cross join {{ ref('stg_run__run') }} as run
