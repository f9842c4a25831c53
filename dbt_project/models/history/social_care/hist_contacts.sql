-- One row per child and day with a contact at the front door
-- (docs/history.md, 'Point events').
{{ resolve_points(
    entity='contact',
    relations=[ref('stg_annex_a__list_1')],
    event_date='contact_date',
    columns=['child_key', 'contact_date', 'contact_source_code']
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    contact_date,
    contact_source_code
from served
