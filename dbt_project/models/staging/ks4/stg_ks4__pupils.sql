-- One row per pupil at the end of key stage 4 of one extract.
select
    submission_id,
    row_id,
    academic_year,
    school_number,
    upn_key as pupil_key,
    sex_code,
    ethnicity_code,
    is_disadvantaged,
    sen_provision_code,
    release_code,
    ks2_reading_score,
    ks2_maths_score,
    ks2_prior_score,
    is_in_progress8,
    attainment8,
    progress8,
    progress8_adjusted,
    english_language_grade,
    english_literature_grade,
    maths_grade,
    has_grade_5_english_maths,
    has_ebacc_grade_5
from {{ source('ks4', 'pupils') }}
where has_pupil
