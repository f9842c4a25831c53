-- One row per indicator, area and failed check that holds it: of the tables
-- that its population is made of, and of the national files that its
-- denominator or its comparison comes from.
with

-- what fails in a national file holds for every area
failed as (
    select
        areas.area_code,
        failed.area_code as failed_area_code,
        failed.source,
        failed.table_name,
        failed.check_id,
        failed.message,
        failed.populations,
        failed.failed_since
    from {{ ref('gate_failed_tables') }} as failed
    inner join {{ ref('stg_run__areas') }} as areas
        on
            failed.area_code = areas.area_code
            or failed.area_code = 'national'
),

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
        failed.failed_area_code,
        failed.source,
        failed.table_name,
        failed.check_id,
        failed.failed_since,
        newest_good_periods.newest_good_period,
        {{ cause_of_hold('failed') }} as cause
    from {{ ref('stg_run__indicators') }} as indicators
    inner join {{ ref('gate_lineage') }} as lineage
        on {{ is_read_by('lineage', 'indicators') }}
    inner join failed
        on
            lineage.source = failed.source
            and lineage.table_name = failed.table_name
            and (
                failed.populations is null
                or failed.populations
                like '% ' || indicators.population || ' %'
            )
    left join newest_good_periods
        on
            indicators.indicator_id = newest_good_periods.indicator_id
            and failed.area_code = newest_good_periods.area_code
)

select * from final
