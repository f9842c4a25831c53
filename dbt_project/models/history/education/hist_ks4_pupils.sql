-- One row per pupil at the end of key stage 4 and academic year, as the extract
-- that serves the year holds it, with scores recomputed where it leaves them
-- open (docs/education.md, 'Key stage 4').
with

pupils as (
    select
        pupils.*,
        units.area_code,
        units.source,
        units.period_end,
        cast(pupils.school_number as string) like areas.dfe_code || '%'
            as is_in_school_here,
        pupils.sen_provision_code in ('E', 'S') as has_ehc_plan,
        coalesce(pupils.attainment8, scores.attainment8, 0) as score,
        coalesce(
            pupils.ks2_prior_score,
            0.5 * pupils.ks2_reading_score + 0.5 * pupils.ks2_maths_score,
            pupils.ks2_reading_score,
            pupils.ks2_maths_score
        ) as prior_score,
        coalesce(pupils.progress8_adjusted, pupils.progress8) as given_progress8
    from {{ ref('stg_ks4__pupils') }} as pupils
    inner join {{ ref('hist_education_units') }} as units
        on
            pupils.submission_id = units.submission_id
            and pupils.academic_year = units.end_year
            and units.entity = 'ks4_pupil'
    inner join {{ ref('areas') }} as areas
        on units.area_code = areas.area_code
    -- a pupil without any result has no row of scores, and 0
    left join {{ ref('hist_ks4_recomputed_scores') }} as scores
        on
            pupils.submission_id = scores.submission_id
            and pupils.academic_year = scores.academic_year
            and pupils.pupil_key = scores.pupil_key
),

-- a year's own table or none
ranked_bands as (
    select
        pupils.submission_id,
        pupils.row_id,
        -- in decimals: 50 against 45.12 is 0.488 to the last place
        cast(
            0.1 * (
                cast(pupils.score as decimal(12, 6))
                - cast(bands.estimate as decimal(12, 6))
            ) as double
        ) as raw_score,
        bands.lowest_score,
        row_number() over (
            partition by pupils.submission_id, pupils.row_id
            order by bands.upper_bound
        ) as band_rank
    from pupils
    inner join {{ ref('progress8_bands') }} as bands
        on
            pupils.academic_year = bands.academic_year
            and pupils.prior_score <= bands.upper_bound
),

measured as (
    select
        pupils.*,
        pupils.is_in_progress8
        and (
            pupils.given_progress8 is not null
            or pupils.prior_score is not null
        ) as counts_in_progress8,
        coalesce(
            pupils.given_progress8,
            greatest(
                ranked_bands.raw_score,
                coalesce(ranked_bands.lowest_score, ranked_bands.raw_score)
            )
        ) as progress8_score
    from pupils
    left join ranked_bands
        on
            pupils.submission_id = ranked_bands.submission_id
            and pupils.row_id = ranked_bands.row_id
            and ranked_bands.band_rank = 1
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
        sen_provision_code as sen_code,
        coalesce(has_ehc_plan, false) as has_ehc_plan,
        score as attainment8,
        counts_in_progress8,
        -- null where no table says what to expect of the pupil: not 0
        case when counts_in_progress8 then progress8_score else 0 end
            as progress8,
        coalesce(
            has_grade_5_english_maths,
            coalesce(maths_grade in ('5', '6', '7', '8', '9'), false)
            and (
                coalesce(
                    english_language_grade in ('5', '6', '7', '8', '9'), false
                )
                or coalesce(
                    english_literature_grade in ('5', '6', '7', '8', '9'), false
                )
            )
        ) as has_grade_5_english_maths,
        coalesce(has_ebacc_grade_5, false) as has_ebacc
    from measured
)

select * from final
