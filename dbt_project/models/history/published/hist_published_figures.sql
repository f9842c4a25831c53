-- One row per published series, area and period, as far as published at the
-- knowledge date: DfE's Interactive Tool (which does not say when, so the
-- period's end is used) and Explore Education Statistics.
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
        case
            when figures.series_id in ('16-17 NEET', '16-17_not known_NEET')
                then 'December to February'
            else dictionary.year_type
        end as year_type,
        case
            when figures.published_period like '% (%'
                then
                    substr(
                        figures.published_period,
                        1,
                        position(' (' in figures.published_period) - 1
                    )
            else figures.published_period
        end as label,
        case
            when lower(figures.published_period) like '%(prov)%' then 1
            else 0
        end as is_provisional
    from figures
    inner join dictionary
        on figures.series_id = dictionary.series_id
),

-- docs/benchmarks.md, 'Local Authority Interactive Tool': a lone year is the
-- year in which the twelve months end
dated as (
    select
        *,
        case
            when length(label) = 4 then cast(label as integer)
            when label like '____/__-__/__'
                then 2000 + cast(substr(label, 12, 2) as integer)
            when label like '____/__' or label like '____-__'
                then cast(substr(label, 1, 4) as integer) + 1
        end as end_year,
        case
            when label like '____/__-__/__'
                then cast(substr(label, 1, 4) as integer)
        end as pooled_from_year
    from labelled
    where
        label like '____'
        or label like '____/__'
        or label like '____-__'
        or label like '____/__-__/__'
),

bounded as (
    select
        *,
        case
            when pooled_from_year is not null then 'annual'
            when year_type = 'December to February' then 'december_to_february'
            when year_type = 'Calendar Year' then 'annual'
            when year_type = 'Academic Year' then 'academic_year'
            when year_type like 'Annual%' then 'snapshot'
            else 'fy'
        end as basis,
        case
            when pooled_from_year is not null
                then {{ date_in_year('pooled_from_year', '04-01') }}
            when year_type = 'December to February'
                then {{ date_in_year('end_year - 1', '12-01') }}
            when year_type = 'Calendar Year'
                then {{ date_in_year('end_year', '01-01') }}
            when year_type = 'Academic Year'
                then {{ date_in_year('end_year - 1', '09-01') }}
            when year_type = 'Annual'
                then {{ date_in_year('end_year', '03-31') }}
            when year_type = 'Annual (end of Sept)'
                then {{ date_in_year('end_year', '09-30') }}
            when year_type = 'Annual - January'
                then {{ date_in_year('end_year', '01-31') }}
            else {{ date_in_year('end_year - 1', '04-01') }}
        end as period_start,
        case
            when year_type = 'December to February'
                then {{ add_days(date_in_year('end_year', '03-01'), -1) }}
            when year_type = 'Calendar Year'
                then {{ date_in_year('end_year', '12-31') }}
            when year_type = 'Academic Year'
                then {{ date_in_year('end_year', '08-31') }}
            when year_type = 'Annual (end of Sept)'
                then {{ date_in_year('end_year', '09-30') }}
            when year_type = 'Annual - January'
                then {{ date_in_year('end_year', '01-31') }}
            else {{ date_in_year('end_year', '03-31') }}
        end as period_end,
        cast(end_year as string) as last_year,
        cast(end_year - 1 as string) as first_year
    from dated
    where end_year between 1990 and 2100
),

ranked as (
    select
        bounded.*,
        case
            when bounded.pooled_from_year is not null
                then
                    substr(bounded.label, 1, 7) || '-'
                    || bounded.first_year || '/'
                    || substr(bounded.last_year, 3, 2)
            when bounded.basis = 'december_to_february'
                then
                    'Dec ' || bounded.first_year
                    || '-Feb ' || bounded.last_year
            when bounded.basis = 'academic_year'
                then
                    bounded.first_year || '/'
                    || substr(bounded.last_year, 3, 2)
            when bounded.basis = 'fy'
                then
                    bounded.first_year || '-'
                    || substr(bounded.last_year, 3, 2)
            else bounded.last_year
        end as period_label,
        row_number() over (
            partition by
                bounded.series_id,
                bounded.dfe_code,
                bounded.period_end
            order by bounded.is_provisional, bounded.row_id desc
        ) as label_rank
    from bounded
),

tool as (
    select
        series_id,
        dfe_code,
        area_name,
        basis,
        period_label,
        period_start,
        period_end,
        {{ published_number('published_value') }} as value,
        {{ published_status('published_value') }} as status,
        'DfE Local Authority Interactive Tool' as source
    from ranked
    where label_rank = 1
),

everything as (
    select * from tool
    union all
    select * from {{ ref('hist_published_statistics') }}
),

final as (
    select everything.*
    from everything
    cross join {{ ref('stg_run__run') }} as run
    where everything.period_end <= run.knowledge_date
)

select * from final
