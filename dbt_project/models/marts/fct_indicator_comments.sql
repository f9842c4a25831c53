-- One row per local authority, indicator and comment of its owner.
select
    comments.indicator_id,
    comments.area_code,
    comments.as_at_date as as_at,
    comments.comment,
    comments.supplied_by,
    comments.released_by,
    run.run_id
from {{ ref('hist_indicator_comments') }} as comments
cross join {{ ref('stg_run__run') }} as run
