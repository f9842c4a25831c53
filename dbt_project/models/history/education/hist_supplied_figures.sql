-- One row per figure that comes from elsewhere than from records: published
-- series of the earlier plan, manual returns, DfE's attendance of the year to
-- date; and one without data where nothing was supplied.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

landed as (
    select
        landed.area_code,
        areas.dfe_code
    from {{ ref('stg_run__areas') }} as landed
    left join {{ ref('areas') }} as areas
        on landed.area_code = areas.area_code
),

series_figures as (
    select figures.*
    from {{ ref('hist_compared_figures') }} as figures
    inner join indicators
        on
            figures.indicator_id = indicators.indicator_id
            and indicators.method = 'published'
),

home_periods as (
    select
        figures.indicator_id,
        figures.basis,
        figures.period_start,
        figures.period_end
    from series_figures as figures
    inner join {{ ref('areas') }} as areas
        on figures.dfe_code = areas.dfe_code
    inner join run
        on areas.area_code = run.home_area
),

published as (
    select
        home_periods.indicator_id,
        landed.area_code,
        home_periods.basis,
        home_periods.period_start,
        home_periods.period_end,
        case
            when figures.status in ('ok', 'not_produced') then figures.status
            else 'no_data'
        end as supplied_status,
        case
            when figures.status = 'ok' then null
            when figures.status = 'not_produced'
                then 'not produced nationally for the period'
            else 'no figure is published for the area'
        end as supplied_reason,
        cast(null as double) as supplied_numerator,
        cast(null as double) as supplied_denominator,
        figures.value as supplied_value,
        'benchmarks' as supplied_source
    from home_periods
    cross join landed
    left join series_figures as figures
        on
            home_periods.indicator_id = figures.indicator_id
            and landed.dfe_code = figures.dfe_code
            and home_periods.basis = figures.basis
            and home_periods.period_end = figures.period_end
),

manual as (
    select
        indicator_id,
        area_code,
        'annual' as basis,
        period_start,
        period_end,
        case
            when value is not null or numerator is not null then 'ok'
            else 'no_data'
        end as supplied_status,
        case
            when value is null and numerator is null
                then coalesce(note, 'nothing supplied')
        end as supplied_reason,
        numerator as supplied_numerator,
        denominator as supplied_denominator,
        value as supplied_value,
        source as supplied_source
    from {{ ref('hist_manual_returns') }}
),

-- it never feeds the headline
year_to_date as (
    select
        'attendance_primary_pct' as indicator_id,
        serving.area_code,
        'ytd' as basis,
        covers.cover_from as period_start,
        serving.as_at_date as period_end,
        'ok' as supplied_status,
        cast(null as string) as supplied_reason,
        max(weeks.attended_sessions) as supplied_numerator,
        max(weeks.possible_sessions) as supplied_denominator,
        cast(null as double) as supplied_value,
        serving.source as supplied_source
    from {{ ref('stg_attendance__year_to_date') }} as weeks
    inner join {{ ref('hist_serving_submissions') }} as serving
        on weeks.submission_id = serving.submission_id
    inner join landed
        on
            serving.area_code = landed.area_code
            and (
                weeks.area_code = landed.area_code
                or weeks.dfe_code = landed.dfe_code
            )
    inner join {{ ref('hist_covers') }} as covers
        on
            serving.submission_id = covers.submission_id
            and covers.entity = 'attendance_to_date'
    where
        weeks.phase = 'primary'
        and coalesce(weeks.time_frame, 'year to date') like '%year to date%'
        and weeks.possible_sessions > 0
    group by
        serving.area_code,
        covers.cover_from,
        serving.as_at_date,
        serving.source
),

supplied as (
    select * from published
    union all
    select * from manual
    union all
    select * from year_to_date
),

-- the last ended year of the basis, or pooled years
last_periods as (
    select
        indicators.indicator_id,
        indicators.headline_basis as basis,
        case
            when indicators.headline_basis = 'academic_year'
                then case
                    when
                        {{ date_in_year(
                            'extract(year from run.knowledge_date)', '08-31'
                        ) }} <= run.knowledge_date
                        then {{ date_in_year(
                            'extract(year from run.knowledge_date)', '08-31'
                        ) }}
                    else {{ date_in_year(
                        'extract(year from run.knowledge_date) - 1', '08-31'
                    ) }}
                end
            when
                indicators.headline_basis = 'fy'
                or indicators.pooled_years > 1
                then case
                    when
                        {{ date_in_year(
                            'extract(year from run.knowledge_date)', '03-31'
                        ) }} <= run.knowledge_date
                        then {{ date_in_year(
                            'extract(year from run.knowledge_date)', '03-31'
                        ) }}
                    else {{ date_in_year(
                        'extract(year from run.knowledge_date) - 1', '03-31'
                    ) }}
                end
            else case
                when
                    {{ date_in_year(
                        'extract(year from run.knowledge_date)', '12-31'
                    ) }} <= run.knowledge_date
                    then {{ date_in_year(
                        'extract(year from run.knowledge_date)', '12-31'
                    ) }}
                else {{ date_in_year(
                    'extract(year from run.knowledge_date) - 1', '12-31'
                ) }}
            end
        end as period_end,
        indicators.pooled_years
    from indicators
    cross join run
    where indicators.method in ('published', 'manual')
),

missing as (
    select
        last_periods.indicator_id,
        landed.area_code,
        last_periods.basis,
        {{ add_months(
            add_days('last_periods.period_end', 1),
            '-12 * last_periods.pooled_years'
        ) }} as period_start,
        last_periods.period_end,
        'no_data' as supplied_status,
        'nothing has been supplied' as supplied_reason,
        cast(null as double) as supplied_numerator,
        cast(null as double) as supplied_denominator,
        cast(null as double) as supplied_value,
        cast(null as string) as supplied_source
    from last_periods
    cross join landed
    left join supplied
        on
            last_periods.indicator_id = supplied.indicator_id
            and landed.area_code = supplied.area_code
    where supplied.indicator_id is null
),

final as (
    select * from supplied
    union all
    select * from missing
)

select * from final
