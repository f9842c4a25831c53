-- One row per adoption case in list 10 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date
from {{ source('annex_a', 'list_10') }}
