-- One row per early help assessment, on the day it started.
{{ resolve_points(
    entity='early_help',
    relations=[ref('stg_annex_a__list_2')],
    event_date='start_date',
    columns=['child_key', 'start_date']
) }}

select
    area_code,
    {{ record_key('early_help', ['child_key', 'start_date']) }} as record_key,
    child_key,
    start_date as event_date,
    start_date as counted_on,
    source,
    {{ held_in({'annex_a': 'list_2'}) }} as held_in,
    {{ decided_by({'started': 'start_date'}) }} as decided_by
from served
