-- One row per series of process control, local authority and period: every
-- indicator and the row count of every table, as numerator and denominator.
-- Monthly counts of what happened, not rolling years, whose neighbours share
-- eleven months.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

figures as (
    select figures.*
    from {{ ref('val_figures') }} as figures
    where
        figures.breakdown = 'all'
        and figures.status in ('ok', 'not_applicable', 'not_recorded')
),

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

-- the month ends of the grid that some computed rolling window holds whole
months as (
    select distinct
        periods.indicator_id,
        periods.area_code,
        periods.period_end,
        cast({{ dbt.date_trunc('month', 'periods.period_end') }} as date)
            as month_start
    from {{ ref('val_figures') }} as periods
    inner join figures
        on
            periods.indicator_id = figures.indicator_id
            and periods.area_code = figures.area_code
            and periods.basis = figures.basis
            and periods.period_end between
            figures.period_start and figures.period_end
            and cast(
                {{ dbt.date_trunc('month', 'periods.period_end') }} as date
            ) >= figures.period_start
    where
        periods.basis in ('rolling12', 'rolling36')
        and periods.breakdown = 'all'
),

events as (
    select
        months.indicator_id,
        months.area_code,
        months.period_end,
        coalesce(sum(records.numerator_amount), 0) as numerator,
        coalesce(sum(records.denominator_amount), 0) as denominator
    from months
    left join {{ ref('val_counted_records') }} as records
        on
            months.indicator_id = records.indicator_id
            and months.area_code = records.area_code
            and records.counted_on
            between months.month_start and months.period_end
    group by
        months.indicator_id,
        months.area_code,
        months.period_end
),

by_month as (
    select
        events.indicator_id,
        events.area_code,
        events.period_end,
        events.numerator,
        case
            when indicators.kind <> 'rate_per_10k' then events.denominator
        end as denominator,
        case indicators.kind
            when 'rate_per_10k' then 'flow'
            when 'percentage' then 'proportion'
            else 'mean'
        end as kind
    from events
    inner join indicators
        on events.indicator_id = indicators.indicator_id
),

by_day as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.period_end,
        figures.numerator,
        case
            when indicators.kind <> 'rate_per_10k' then figures.denominator
        end as denominator,
        case indicators.kind
            when 'rate_per_10k' then 'stock'
            when 'percentage' then 'stock_share'
            else 'mean'
        end as kind
    from figures
    inner join indicators
        on figures.indicator_id = indicators.indicator_id
    where figures.basis = 'snapshot'
),

-- terms and years: the figure as it is
by_period as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.period_end,
        figures.value as numerator,
        cast(null as double) as denominator,
        'value' as kind
    from figures
    inner join indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    where
        figures.basis not in ('rolling12', 'rolling36', 'snapshot')
        and figures.value is not null
),

row_counts as (
    select
        serving.source,
        tables.table_name,
        serving.area_code,
        serving.as_at_date,
        tables.cover_from,
        tables.rows_received,
        lag(tables.rows_received) over (
            partition by
                serving.area_code,
                serving.source,
                tables.table_name,
                tables.cover_from
            order by serving.as_at_date
        ) as rows_before
    from {{ ref('hist_serving_submissions') }} as serving
    inner join {{ ref('stg_run__tables') }} as tables
        on serving.submission_id = tables.submission_id
    inner join {{ ref('stg_run__areas') }} as areas
        on serving.area_code = areas.area_code
    where not tables.is_failed
),

cumulative as (
    select
        source,
        table_name,
        area_code,
        cover_from
    from row_counts
    group by
        source,
        table_name,
        area_code,
        cover_from
    having count(*) > 1
),

-- a return that grows through its year is judged by what each month adds; any
-- other table by its size
by_table as (
    select
        row_counts.source,
        row_counts.table_name,
        row_counts.area_code,
        row_counts.as_at_date as period_end,
        case
            when cumulative.source is null then row_counts.rows_received
            else row_counts.rows_received - row_counts.rows_before
        end as numerator,
        case when cumulative.source is null then 'stock' else 'flow' end
            as kind
    from row_counts
    left join cumulative
        on
            row_counts.source = cumulative.source
            and row_counts.table_name = cumulative.table_name
            and row_counts.area_code = cumulative.area_code
            and row_counts.cover_from = cumulative.cover_from
    where cumulative.source is null or row_counts.rows_before is not null
),

indicator_series as (
    select * from by_month
    union all
    select * from by_day
    union all
    select
        indicator_id,
        area_code,
        period_end,
        numerator,
        denominator,
        kind
    from by_period
),

series as (
    select
        indicator_id || '.' || kind as series_id,
        indicator_id,
        cast(null as string) as source,
        cast(null as string) as table_name,
        kind,
        area_code,
        period_end,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator
    from indicator_series
    union all
    select
        'rows.' || source || '.' || table_name || '.' || kind as series_id,
        cast(null as string) as indicator_id,
        source,
        table_name,
        kind,
        area_code,
        period_end,
        cast(numerator as double) as numerator,
        cast(null as double) as denominator
    from by_table
),

final as (
    select
        series.*,
        run.run_id
    from series
    cross join run
)

select * from final
