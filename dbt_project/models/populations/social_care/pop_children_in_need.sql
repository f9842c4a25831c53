-- One row per child in need and month end: by the census where one covers the
-- day, else by the lists of Annex A together.
{{ state_at_month_ends(
    ref('hist_grounds_of_need'),
    one_per=['area_code', 'child_key', 'source'],
    first_by=['ground_rank']
) }},

-- one source serves a day, so a child with rows of both keeps one
served as (
    select one_per_child.*
    from one_per_child
    inner join {{ ref('hist_covered_runs') }} as runs
        on
            one_per_child.area_code = runs.area_code
            and one_per_child.source = runs.source
            and one_per_child.counted_on between runs.run_from and runs.run_to
            and runs.entity = 'child_in_need'
)

select
    area_code,
    record_key,
    child_key,
    start_date as event_date,
    counted_on,
    source,
    held_in,
    {{ decided_by({
        'in need from': 'start_date',
        'until': 'end_date',
        'need code': 'need_code'
    }) }} as decided_by,
    {{ primary_need('need_code') }} as primary_need
from served
