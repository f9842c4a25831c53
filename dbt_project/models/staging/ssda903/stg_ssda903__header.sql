-- One row per child of one SSDA903 version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    upn_key as pupil_key,
    sex_code,
    ethnicity_code,
    birth_date
from {{ source('ssda903', 'header') }}
