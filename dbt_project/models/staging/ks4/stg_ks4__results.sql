-- One row per result of a pupil of one extract.
select
    submission_id,
    row_id,
    academic_year,
    upn_key as pupil_key,
    qualification_number_key,
    bucket_code,
    qualification_type,
    replace(upper(grade), '-', '') as grade,
    points,
    coalesce(discount_code_key, qualification_number_key) as discount_key,
    exam_date
from {{ source('ks4', 'results') }}
where has_result
