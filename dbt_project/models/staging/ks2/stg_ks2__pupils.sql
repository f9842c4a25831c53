-- One row per pupil at the end of key stage 2 of one extract.
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
    is_first_language_other,
    release_code,
    reading_score,
    reading_status_code,
    maths_score,
    maths_status_code,
    writing_code,
    is_eligible_for_all,
    is_eligible_for_reading,
    is_eligible_for_writing,
    is_eligible_for_maths,
    reading_progress,
    writing_progress,
    maths_progress
from {{ source('ks2', 'pupils') }}
where has_pupil
