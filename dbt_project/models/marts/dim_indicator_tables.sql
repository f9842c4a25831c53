-- One row per indicator, model that it is read from and extract table that the
-- model is made of: from a figure to the tables whose faults touch it.
select distinct
    indicators.indicator_id,
    lineage.reader,
    lineage.source,
    lineage.table_name,
    run.run_id
from {{ ref('stg_run__indicators') }} as indicators
inner join {{ ref('gate_lineage') }} as lineage
    on {{ is_read_by('lineage', 'indicators') }}
cross join {{ ref('stg_run__run') }} as run
