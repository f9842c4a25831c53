-- One row per series that an indicator is compared with, or is itself published
-- as, area and period: as published, taken from 100, or less another series of
-- England or of the same area (docs/benchmarks.md, 'Differences').
with

series as (
    select
        *,
        coalesce(published_series, series_id) as first_series
    from {{ ref('stg_run__series') }}
),

figures as (
    select * from {{ ref('hist_published_figures') }}
),

-- an area without the second figure keeps the first, and has no difference
joined as (
    select
        series.series_id,
        series.indicator_id,
        figures.dfe_code,
        figures.area_name,
        figures.basis,
        figures.period_label,
        figures.period_start,
        figures.period_end,
        figures.source,
        case
            when series.minus_series is not null
                then figures.value - subtracted.value
            when series.transform = 'from_100' then 100 - figures.value
            else figures.value
        end as value,
        case
            when figures.status = 'ok' and series.minus_series is not null
                then coalesce(subtracted.status, 'not_published')
            else figures.status
        end as status,
        suspensions.status as suspension_status
    from series
    inner join figures
        on series.first_series = figures.series_id
    left join figures as subtracted
        on
            series.minus_series = subtracted.series_id
            and figures.basis = subtracted.basis
            and figures.period_end = subtracted.period_end
            and subtracted.dfe_code = case series.minus_area
                when 'england' then '970'
                else figures.dfe_code
            end
    left join {{ ref('suspensions') }} as suspensions
        on
            series.suspended_by = suspensions.suspension
            and extract(year from figures.period_end) = suspensions.end_year
            and suspensions.status = 'not_produced'
),

final as (
    select
        series_id,
        indicator_id,
        dfe_code,
        area_name,
        basis,
        period_label,
        period_start,
        period_end,
        source,
        value,
        case
            when status = 'not_published' and suspension_status is not null
                then suspension_status
            else status
        end as status
    from joined
)

select * from final
