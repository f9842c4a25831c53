-- One row per kind of record, area and round that a submission names: the
-- newest submission that names it serves all of it (docs/history.md, 'Rounds
-- of education').
with

named as (
    select
        'ks2_pupil' as entity,
        submission_id,
        'academic_year' as basis,
        '' as part,
        academic_year as end_year
    from {{ ref('stg_ks2__years') }}
    union all
    select
        'ks4_pupil' as entity,
        submission_id,
        'academic_year' as basis,
        '' as part,
        academic_year as end_year
    from {{ ref('stg_ks4__years') }}
    union all
    select
        'personal_education_plan' as entity,
        submission_id,
        'term' as basis,
        term as part,
        academic_year as end_year
    from {{ ref('stg_epep__terms') }}
    union all
    select
        case phase
            when 'PRI' then 'primary_application'
            else 'secondary_application'
        end as entity,
        submission_id,
        'annual' as basis,
        phase as part,
        entry_year as end_year
    from {{ ref('stg_admissions__rounds') }}
),

-- applications cover the offers from offer day on (docs/education.md,
-- 'Admissions')
dated as (
    select
        named.entity,
        serving.area_code,
        serving.source,
        named.submission_id,
        serving.as_at_date,
        named.basis,
        named.part,
        named.end_year,
        rounds.period_start,
        rounds.period_end,
        named.basis <> 'annual'
        or serving.as_at_date >= rounds.period_end as is_covered
    from named
    inner join {{ ref('hist_serving_submissions') }} as serving
        on named.submission_id = serving.submission_id
    inner join {{ ref('hist_education_calendar') }} as rounds
        on
            named.basis = rounds.basis
            and named.part = rounds.part
            and named.end_year = rounds.end_year
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity, area_code, basis, part, end_year
            order by
                case when is_covered then 0 else 1 end,
                as_at_date desc
        ) as serving_rank
    from dated
),

serving_units as (
    select
        entity,
        area_code,
        source,
        submission_id,
        as_at_date,
        basis,
        part,
        end_year,
        period_start,
        period_end,
        is_covered
    from ranked
    where serving_rank = 1
)

select * from serving_units
