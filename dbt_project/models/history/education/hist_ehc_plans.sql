-- One row per education, health and care plan first issued, as the submission
-- that serves its issue date holds it.
{{ resolve_points(
    entity='ehc_plan',
    relations=[ref('hist_ehc_plan_holdings')],
    event_date='start_date',
    columns=[
        'request_key', 'child_key', 'birth_date', 'start_date', 'received_date',
        'assessment_outcome_code', 'has_exception', 'transferred_from_key'
    ]
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    request_key,
    child_key,
    birth_date,
    start_date,
    received_date,
    assessment_outcome_code,
    has_exception,
    transferred_from_key
from served
