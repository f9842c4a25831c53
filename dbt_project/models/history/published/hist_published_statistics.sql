-- One row per series, area and period of the Explore Education Statistics files
-- that serve (docs/benchmarks.md, 'Explore Education Statistics').
with

reference_tables as (
    select * from {{ ref('hist_reference_tables') }}
    where source = 'benchmarks'
),

timeliness as (
    select statistics.*
    from {{ ref('stg_benchmarks__ehc_timeliness') }} as statistics
    inner join reference_tables
        on
            statistics.submission_id = reference_tables.submission_id
            and reference_tables.table_name = 'ehc_timeliness'
    where lower(statistics.breakdown_topic) like 'all ehc plans%'
),

offers as (
    select statistics.*
    from {{ ref('stg_benchmarks__admission_offers') }} as statistics
    inner join reference_tables
        on
            statistics.submission_id = reference_tables.submission_id
            and reference_tables.table_name = 'admission_offers'
),

absence as (
    select statistics.*
    from {{ ref('stg_benchmarks__absence_terms') }} as statistics
    inner join reference_tables
        on
            statistics.submission_id = reference_tables.submission_id
            and reference_tables.table_name = 'absence_terms'
    where
        lower(statistics.school_type) = 'state-funded primary'
        and lower(statistics.term) in ('autumn term', 'spring term')
),

-- a share of plans as published, with and without exceptions
plans as (
    select
        'ees:timeliness_20_week' as series_id,
        'annual' as basis,
        '' as part,
        cast(substr(time_period, 1, 4) as integer) as end_year,
        geographic_level,
        area_code,
        dfe_code,
        region_name,
        {{ published_number('pct_without_exceptions') }} as value,
        {{ published_status('pct_without_exceptions') }} as status
    from timeliness
    union all
    select
        'ees:timeliness_20_week including exceptions' as series_id,
        'annual' as basis,
        '' as part,
        cast(substr(time_period, 1, 4) as integer) as end_year,
        geographic_level,
        area_code,
        dfe_code,
        region_name,
        {{ published_number('pct_of_all') }} as value,
        {{ published_status('pct_of_all') }} as status
    from timeliness
),

-- an authority's own year groups; of regions and England only the totals
applications as (
    select
        case school_phase
            when 'primary'
                then
                    'ees:admissions no_offer/applications_received (Primary, R)'
            else
                'ees:admissions no_offer/applications_received (Secondary, 7)'
        end as series_id,
        'annual' as basis,
        case school_phase when 'primary' then 'PRI' else 'SEC' end as part,
        cast(substr(time_period, 1, 4) as integer) as end_year,
        geographic_level,
        area_code,
        dfe_code,
        region_name,
        100 - 100 * {{ ratio(
            published_number('no_offer'),
            published_number('applications_received')
        ) }} as value,
        case
            when {{ published_status('applications_received') }} <> 'ok'
                then {{ published_status('applications_received') }}
            else {{ published_status('no_offer') }}
        end as status
    from offers
    where
        (
            geographic_level = 'local authority'
            and (school_phase, nc_year)
            in (('primary', 'R'), ('secondary', '7'))
        )
        or (
            geographic_level <> 'local authority'
            -- All years of entry; releases from 2025 write 'z' for that.
            and (school_phase, lower(nc_year))
            in (
                ('primary', 'all primary'), ('primary', 'z'),
                ('secondary', 'all secondary'), ('secondary', 'z')
            )
        )
),

terms as (
    select
        time_period,
        geographic_level,
        area_code,
        dfe_code,
        region_name,
        sum({{ published_number('absent_sessions') }}) as absent_sessions,
        sum({{ published_number('possible_sessions') }}) as possible_sessions,
        count(distinct lower(term)) as n_terms,
        min(case
            when {{ published_status('absent_sessions') }} = 'ok' then 1
            else 0
        end) as is_published
    from absence
    group by
        time_period,
        geographic_level,
        area_code,
        dfe_code,
        region_name
),

attendance as (
    select
        'ees:absence_by_term' as series_id,
        'academic_year_autumn_spring' as basis,
        '' as part,
        cast(substr(time_period, 1, 4) as integer) + 1 as end_year,
        geographic_level,
        area_code,
        dfe_code,
        region_name,
        case
            when n_terms = 2 and is_published = 1
                then
                    100
                    - 100 * {{ ratio('absent_sessions', 'possible_sessions') }}
        end as value,
        case
            when n_terms = 2 and is_published = 1 then 'ok'
            else 'not_published'
        end as status
    from terms
),

everything as (
    select * from plans
    union all
    select * from applications
    union all
    select * from attendance
),

-- authorities by ONS code, present or former, else by DfE's; regions by name,
-- since their codes differ from file to file
placed as (
    select
        everything.*,
        case when everything.area_code = by_code.area_code then 0 else 1 end
            as is_by_other_code,
        coalesce(by_code.dfe_code, by_older_code.dfe_code, by_name.dfe_code)
            as place_code,
        coalesce(
            by_code.area_name, by_older_code.area_name, by_name.area_name
        ) as place_name
    from everything
    left join {{ ref('hist_area_codes') }} as by_code
        on
            everything.area_code = by_code.code
            and everything.geographic_level = 'local authority'
    left join {{ ref('areas') }} as by_older_code
        on
            everything.dfe_code = by_older_code.dfe_code
            and everything.geographic_level = 'local authority'
    left join {{ ref('areas') }} as by_name
        on
            (
                everything.geographic_level = 'regional'
                and lower(everything.region_name) = lower(by_name.area_name)
                and by_name.area_type = 'region'
            )
            or (
                everything.geographic_level = 'national'
                and by_name.area_type = 'country'
            )
),

dated as (
    select
        placed.series_id,
        placed.place_code as dfe_code,
        placed.place_name as area_name,
        placed.basis,
        case
            when placed.basis = 'academic_year_autumn_spring'
                then
                    cast(placed.end_year - 1 as string) || '/'
                    || substr(cast(placed.end_year as string), 3, 2)
            else cast(placed.end_year as string)
        end as period_label,
        coalesce(
            rounds.period_start,
            {{ date_in_year('placed.end_year', '01-01') }}
        ) as period_start,
        coalesce(
            rounds.period_end,
            {{ date_in_year('placed.end_year', '12-31') }}
        ) as period_end,
        case when placed.status = 'ok' then placed.value end as value,
        case
            when placed.status = 'ok' and placed.value is null
                then 'not_published'
            else placed.status
        end as status,
        'DfE Explore Education Statistics' as source,
        row_number() over (
            partition by
                placed.series_id,
                placed.place_code,
                placed.basis,
                placed.part,
                placed.end_year
            order by placed.is_by_other_code, placed.value desc
        ) as code_rank
    from placed
    left join {{ ref('hist_education_calendar') }} as rounds
        on
            placed.basis = rounds.basis
            and placed.part = rounds.part
            and placed.end_year = rounds.end_year
    where placed.place_code is not null
),

-- a file may have an authority under its former code and the present one
final as (
    select
        series_id,
        dfe_code,
        area_name,
        basis,
        period_label,
        period_start,
        period_end,
        value,
        status,
        source
    from dated
    where code_rank = 1
)

select * from final
