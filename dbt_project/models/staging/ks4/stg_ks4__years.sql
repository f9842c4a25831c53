-- One row per academic year that one extract names.
select
    submission_id,
    academic_year
from {{ source('ks4', 'pupils_units') }}
