-- One row per local authority, indicator and span of periods with a target.
select
    targets.area_code,
    targets.indicator_id,
    targets.valid_from,
    targets.valid_to,
    targets.target,
    targets.near_within,
    targets.far_within,
    targets.polarity,
    targets.agreed_by,
    targets.agreed_on,
    run.run_id
from {{ ref('targets') }} as targets
cross join {{ ref('stg_run__run') }} as run
