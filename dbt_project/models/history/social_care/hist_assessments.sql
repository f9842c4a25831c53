-- One row per completed assessment, as the submission that serves its
-- authorisation date holds it.
{{ resolve_points(
    entity='assessment',
    relations=[ref('stg_cin_census__assessments'), ref('stg_annex_a__list_4')],
    event_date='authorisation_date',
    columns=['child_key', 'start_date', 'authorisation_date']
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    start_date,
    authorisation_date
from served
