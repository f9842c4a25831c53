-- One row per population and area that a failed table holds, with the reason a
-- reader sees: for what is counted from populations without an indicator.
with

causes as (
    select
        lineage.reader,
        areas.area_code,
        {{ cause_of_hold('failed') }} as cause
    from {{ ref('gate_failed_tables') }} as failed
    inner join {{ ref('stg_run__areas') }} as areas
        on
            failed.area_code = areas.area_code
            or failed.area_code = 'national'
    inner join {{ ref('gate_lineage') }} as lineage
        on
            failed.source = lineage.source
            and failed.table_name = lineage.table_name
            and lineage.reader like 'pop_%'
            and (
                failed.populations is null
                or failed.populations
                like '% ' || replace(lineage.reader, 'pop_', '') || ' %'
            )
)

select
    replace(reader, 'pop_', '') as population,
    area_code,
    'held by ' || {{ joined('cause', "'; '") }} as reason
from causes
group by
    reader,
    area_code
