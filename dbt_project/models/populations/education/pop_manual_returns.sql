-- One row per figure that a supplier gave by hand: nothing is counted in it,
-- and it is here for what a failed return holds.
select
    area_code,
    {{ record_key(
        'manual_return', ['area_code', 'indicator_id', 'period_end']
    ) }} as record_key,
    cast(null as string) as child_key,
    period_end as event_date,
    source
from {{ ref('hist_manual_returns') }}
