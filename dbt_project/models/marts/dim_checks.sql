-- One row per check that has judged a table, with the table.
with

judged as (
    select
        check_id,
        source,
        table_name,
        column_name,
        dimension,
        severity
    from {{ ref('fct_dq_results') }}
    union all
    select
        check_id,
        source,
        table_name,
        field as column_name,
        cast(null as string) as dimension,
        severity
    from {{ ref('fct_dq_issues') }}
),

-- an issue remembers a check that no file is put to any more: it says less
final as (
    select
        judged.check_id,
        judged.source,
        judged.table_name,
        max(judged.column_name) as column_name,
        max(judged.dimension) as dimension,
        max(judged.severity) as severity,
        run.run_id
    from judged
    cross join {{ ref('stg_run__run') }} as run
    group by
        judged.check_id,
        judged.source,
        judged.table_name,
        run.run_id
)

select * from final
