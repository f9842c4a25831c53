-- One row per assessment of one census version.
select
    submission_id,
    row_id,
    child_key,
    start_date,
    authorisation_date
from {{ source('cin_census', 'assessments') }}
where has_assessment
