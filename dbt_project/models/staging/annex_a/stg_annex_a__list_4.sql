-- One row per assessment in list 4 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    start_date,
    authorisation_date
from {{ source('annex_a', 'list_4') }}
where has_assessment
