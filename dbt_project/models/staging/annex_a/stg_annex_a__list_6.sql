-- One row per child in need episode in list 6 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date
from {{ source('annex_a', 'list_6') }}
