-- One row per child of one census version. `Sex` replaced `GenderCurrent` in
-- 2024-25; an unborn child has the expected date of birth.
select
    submission_id,
    row_id,
    child_key,
    coalesce(sex_code, gender_code) as sex_code,
    ethnicity_code,
    coalesce(birth_date, expected_birth_date) as birth_date
from {{ source('cin_census', 'children') }}
