-- One row per indicator and area that is held, with the reason a reader sees.
select
    indicator_id,
    area_code,
    'held by ' || {{ joined('cause', "'; '") }}
    || '. Newest good period: '
    || coalesce(cast(max(newest_good_period) as string), 'none') as reason
from {{ ref('gate_causes') }}
group by
    indicator_id,
    area_code
