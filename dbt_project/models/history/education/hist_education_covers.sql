-- One row per kind of record of education, area and unbroken run of days that
-- is covered though no table declares it by its dates: rounds named in a file,
-- looked-after cohorts, attendance of whole terms, inspected schools.
with

units as (
    select * from {{ ref('hist_education_units') }}
    where is_covered
),

-- docs/education.md, 'Looked-after cohort': the cohort is that of one return,
-- as at 31 March
looked_after as (
    select
        case units.entity
            when 'ks2_pupil' then 'ks2_looked_after'
            else 'ks4_looked_after'
        end as entity,
        units.area_code,
        units.source || '+' || returns.source as source,
        units.period_start as run_from,
        units.period_end as run_to
    from units
    inner join {{ ref('hist_covers') }} as returns
        on
            units.area_code = returns.area_code
            and returns.entity = 'episode'
            and returns.as_at_date
            = {{ date_in_year('units.end_year', '03-31') }}
    where units.entity in ('ks2_pupil', 'ks4_pupil')
),

everything as (
    select
        entity,
        area_code,
        source,
        period_start as run_from,
        period_end as run_to
    from units
    union all
    select * from looked_after
    union all
    select * from {{ ref('hist_attendance_covers') }}
    union all
    select * from {{ ref('hist_school_covers') }}
)

select * from everything
