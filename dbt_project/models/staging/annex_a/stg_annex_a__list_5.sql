-- One row per section 47 enquiry or conference in list 5 of one submission
-- version.
select
    submission_id,
    row_id,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date
from {{ source('annex_a', 'list_5') }}
