-- One row per term that one extract names.
select
    submission_id,
    academic_year,
    term
from {{ source('epep', 'plans_units') }}
