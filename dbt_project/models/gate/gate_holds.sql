-- One row per indicator and area that is held, with the reason a reader sees.
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

touched as (
    select
        indicators.indicator_id,
        failed.area_code,
        failed.check_id,
        failed.failed_since,
        failed.check_id || ' (' || failed.source || ' ' || failed.table_name
        || ') since the extract of '
        || cast(failed.failed_since as varchar) || ': ' || failed.message
            as reason
    from {{ ref('stg_run__indicators') }} as indicators
    inner join {{ ref('gate_lineage') }} as lineage
        on indicators.population = lineage.population
    inner join {{ ref('gate_failed_tables') }} as failed
        on
            lineage.source = failed.source
            and lineage.table_name = failed.table_name
),

held as (
    select
        indicator_id,
        area_code,
        string_agg(reason, '; ' order by reason) as reason,
        string_agg(check_id, ' ' order by check_id) as check_ids,
        min(failed_since) as held_since
    from touched
    group by
        indicator_id,
        area_code
),

final as (
    select
        held.indicator_id,
        held.area_code,
        held.check_ids,
        held.held_since,
        'held by ' || held.reason || '. Newest good period: '
        || coalesce(
            cast(newest_good_periods.newest_good_period as varchar), 'none'
        ) as reason
    from held
    left join newest_good_periods
        on
            held.indicator_id = newest_good_periods.indicator_id
            and held.area_code = newest_good_periods.area_code
)

select * from final
