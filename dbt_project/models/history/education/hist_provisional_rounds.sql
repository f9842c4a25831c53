-- One row per kind of pupil, area and academic year that depends on results not
-- yet revised by DfE: some row's release is not revised or final.
with

releases as (
    select
        'ks2_pupil' as entity,
        submission_id,
        academic_year,
        release_code
    from {{ ref('stg_ks2__pupils') }}
    union all
    select
        'ks4_pupil' as entity,
        submission_id,
        academic_year,
        release_code
    from {{ ref('stg_ks4__pupils') }}
),

provisional as (
    select distinct
        units.entity,
        units.area_code,
        units.period_end
    from releases
    inner join {{ ref('hist_education_units') }} as units
        on
            releases.entity = units.entity
            and releases.submission_id = units.submission_id
            and releases.academic_year = units.end_year
    where coalesce(releases.release_code, 'local') not in ('revised', 'final')
)

select * from provisional
