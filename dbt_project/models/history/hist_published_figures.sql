-- One row per published series, area and period: DfE's Interactive Tool, as far
-- as published at the knowledge date (the file does not say when, so the
-- period's end stands in).
with

figures as (
    select long_file.*
    from {{ ref('stg_benchmarks__lait_long') }} as long_file
    inner join {{ ref('hist_reference_tables') }} as reference_tables
        on
            long_file.submission_id = reference_tables.submission_id
            and reference_tables.source = 'benchmarks'
            and reference_tables.table_name = 'lait_long'
),

dictionary as (
    select series_dictionary.*
    from {{ ref('stg_benchmarks__lait_dictionary') }} as series_dictionary
    inner join {{ ref('hist_reference_tables') }} as reference_tables
        on
            series_dictionary.submission_id = reference_tables.submission_id
            and reference_tables.source = 'benchmarks'
            and reference_tables.table_name = 'lait_dictionary'
),

-- '2025 (prov)' and '2025' are one period, of which the final label is kept
labelled as (
    select
        figures.*,
        dictionary.year_type,
        case
            when figures.published_period like '% (%'
                then
                    substr(
                        figures.published_period,
                        1,
                        position(' (' in figures.published_period) - 1
                    )
            else figures.published_period
        end as period_label,
        case
            when lower(figures.published_period) like '%(prov)%' then 1
            else 0
        end as is_provisional
    from figures
    inner join dictionary
        on figures.series_id = dictionary.series_id
),

-- education_files.md 13: a lone year is the year in which the twelve months end
dated as (
    select
        *,
        case
            when length(period_label) = 4 then cast(period_label as integer)
            when period_label like '____/__' or period_label like '____-__'
                then cast(substr(period_label, 1, 4) as integer) + 1
        end as end_year
    from labelled
    where
        period_label like '____'
        or period_label like '____/__'
        or period_label like '____-__'
),

bounded as (
    select
        *,
        case
            when year_type = 'Calendar Year' then 'annual'
            when year_type = 'Academic Year' then 'academic_year'
            when year_type = 'Annual' then 'snapshot'
            else 'fy'
        end as basis,
        case
            when year_type = 'Calendar Year'
                then {{ date_in_year('end_year', '01-01') }}
            when year_type = 'Academic Year'
                then {{ date_in_year('end_year - 1', '09-01') }}
            when year_type = 'Annual'
                then {{ date_in_year('end_year', '03-31') }}
            else {{ date_in_year('end_year - 1', '04-01') }}
        end as period_start,
        case
            when year_type = 'Calendar Year'
                then {{ date_in_year('end_year', '12-31') }}
            when year_type = 'Academic Year'
                then {{ date_in_year('end_year', '08-31') }}
            else {{ date_in_year('end_year', '03-31') }}
        end as period_end
    from dated
    where end_year between 1990 and 2100
),

ranked as (
    select
        bounded.*,
        row_number() over (
            partition by
                bounded.series_id,
                bounded.dfe_code,
                bounded.period_end
            order by bounded.is_provisional, bounded.row_id desc
        ) as label_rank
    from bounded
    cross join {{ ref('stg_run__run') }} as run
    where bounded.period_end <= run.knowledge_date
),

final as (
    select
        series_id,
        dfe_code,
        area_name,
        basis,
        period_label,
        period_start,
        period_end,
        case
            when {{ is_number('published_value') }}
                then cast(published_value as double)
        end as value,
        case
            when {{ is_number('published_value') }} then 'ok'
            when lower(published_value) = 'c' then 'suppressed'
            when lower(published_value) = 'z' then 'not_applicable'
            else 'not_published'
        end as status
    from ranked
    where label_rank = 1
)

select * from final
