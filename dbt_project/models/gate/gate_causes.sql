-- One row per indicator, area and failed table that holds it.
with

newest_good_periods as (
    select
        indicator_id,
        area_code,
        max(period_end) as newest_good_period
    from {{ ref('stg_run__last_values') }}
    where
        breakdown = 'all'
        and status in ('ok', 'held')
        and value is not null
    group by
        indicator_id,
        area_code
),

final as (
    select
        indicators.indicator_id,
        failed.area_code,
        failed.source,
        failed.table_name,
        failed.check_id,
        failed.failed_since,
        newest_good_periods.newest_good_period,
        failed.check_id || ' (' || failed.source || ' ' || failed.table_name
        || ') since the extract of '
        || cast(failed.failed_since as varchar) || ': ' || failed.message
            as cause
    from {{ ref('stg_run__indicators') }} as indicators
    inner join {{ ref('gate_lineage') }} as lineage
        on indicators.population = lineage.population
    inner join {{ ref('gate_failed_tables') }} as failed
        on
            lineage.source = failed.source
            and lineage.table_name = failed.table_name
    left join newest_good_periods
        on
            indicators.indicator_id = newest_good_periods.indicator_id
            and failed.area_code = newest_good_periods.area_code
)

select * from final
