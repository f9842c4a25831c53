-- One row per early help assessment, on the day it started
-- (docs/history.md, 'Point events').
{{ resolve_points(
    entity='early_help',
    relations=[ref('stg_annex_a__list_2')],
    event_date='start_date',
    columns=['child_key', 'start_date']
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    start_date
from served
