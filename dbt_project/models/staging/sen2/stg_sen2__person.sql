-- One row per person of one SEN2 submission.
select
    submission_id,
    row_id,
    person_key,
    upn_key as pupil_key,
    birth_date,
    sex_code,
    ethnicity_code
from {{ source('sen2', 'person') }}
where has_person
