-- One row per early help assessment, on the day it started.
select
    area_code,
    {{ record_key('early_help', ['child_key', 'start_date']) }} as record_key,
    child_key,
    start_date as event_date,
    start_date as counted_on,
    source,
    {{ held_in({'annex_a': 'list_2'}) }} as held_in,
    {{ decided_by({'started': 'start_date'}) }} as decided_by
from {{ ref('hist_early_help') }}
