-- One row per pupil at the end of key stage 2 and academic year, as the extract
-- that serves the year holds it: in a school of the authority, or one of its
-- looked-after children schooled elsewhere (docs/education.md, 'Key stage 2').
with

pupils as (
    select
        pupils.*,
        units.area_code,
        units.source,
        units.period_end,
        cast(pupils.school_number as string) like areas.dfe_code || '%'
            as is_in_school_here,
        case
            when pupils.sen_provision_code in ('E', 'S') then 'E'
            when pupils.sen_provision_code in ('K', 'A', 'P') then 'K'
            else pupils.sen_provision_code
        end as sen_code
    from {{ ref('stg_ks2__pupils') }} as pupils
    inner join {{ ref('hist_education_units') }} as units
        on
            pupils.submission_id = units.submission_id
            and pupils.academic_year = units.end_year
            and units.entity = 'ks2_pupil'
    inner join {{ ref('areas') }} as areas
        on units.area_code = areas.area_code
),

-- results that are not the pupil's own, or not yet, take a pupil out where no
-- flag says so
stated as (
    select
        *,
        coalesce(
            reading_status_code in ('J', 'M', 'Q', 'F', 'P', 'U'), false
        ) as is_out_of_reading,
        coalesce(
            maths_status_code in ('J', 'M', 'Q', 'F', 'P', 'U'), false
        ) as is_out_of_maths,
        coalesce(
            writing_code in ('J', 'M', 'Q', 'F', 'P', 'U', 'D', 'L'), false
        ) as is_out_of_writing,
        coalesce(reading_score >= 100, false)
        and reading_status_code is null as met_reading,
        coalesce(maths_score >= 100, false)
        and maths_status_code is null as met_maths,
        coalesce(writing_code in ('EXS', 'GDS'), false) as met_writing
    from pupils
),

eligible as (
    select
        *,
        coalesce(is_eligible_for_reading, not is_out_of_reading)
            as is_eligible_reading,
        coalesce(is_eligible_for_writing, not is_out_of_writing)
            as is_eligible_writing,
        coalesce(is_eligible_for_maths, not is_out_of_maths)
            as is_eligible_maths,
        coalesce(
            is_eligible_for_all,
            not (is_out_of_reading or is_out_of_writing or is_out_of_maths)
        ) as is_eligible
    from stated
),

final as (
    select
        area_code,
        source,
        submission_id,
        row_id,
        pupil_key,
        academic_year,
        period_end,
        is_in_school_here,
        is_disadvantaged,
        sen_code,
        is_first_language_other,
        is_eligible,
        is_eligible_reading,
        is_eligible_writing,
        is_eligible_maths,
        is_eligible and met_reading and met_writing and met_maths as met_all,
        is_eligible_reading and met_reading as met_reading,
        is_eligible_writing and met_writing as met_writing,
        is_eligible_maths and met_maths as met_maths,
        reading_progress,
        writing_progress,
        maths_progress
    from eligible
)

select * from final
