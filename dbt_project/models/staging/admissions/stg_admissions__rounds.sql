-- One row per entry year and phase that one extract names.
select
    submission_id,
    entry_year,
    phase
from {{ source('admissions', 'applications_units') }}
