-- One row per indicator, area and failed check that holds it.
select
    causes.area_code,
    causes.indicator_id,
    causes.source,
    causes.table_name,
    causes.check_id,
    causes.failed_since as since,
    causes.newest_good_period,
    causes.cause,
    'cypp accept ' || causes.check_id || ' --area '
    || causes.failed_area_code || ' --reason TEXT --until DATE'
        as released_by,
    run.run_id
from {{ ref('gate_causes') }} as causes
cross join {{ ref('stg_run__run') }} as run
