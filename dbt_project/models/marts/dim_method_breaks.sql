-- One row per indicator and period from which its figures are not comparable
-- with earlier ones.
select
    breaks.indicator_id,
    breaks.break_on,
    breaks.reason,
    run.run_id
from {{ ref('method_breaks') }} as breaks
cross join {{ ref('stg_run__run') }} as run
