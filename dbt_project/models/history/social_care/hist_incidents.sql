-- One row per incident of a child missing (M) or away without authorisation (A)
-- that has not been withdrawn, as its newest holder gives it.
{{ resolve_intervals(
    entity='incident',
    relations=[ref('stg_ssda903__missing')],
    key=['child_key', 'start_date', 'missing_type_code'],
    columns=['child_key', 'start_date', 'end_date', 'missing_type_code']
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    held_as_at,
    child_key,
    start_date,
    end_date,
    missing_type_code
from resolved
