-- One row per local authority, indicator and day of which its owner has said
-- something, as the newest submission that says so has it
-- (docs/education.md, 'Plan updates').
select
    serving.area_code,
    comments.indicator_id,
    comments.as_at_date,
    comments.comment,
    comments.supplied_by,
    comments.released_by
from {{ ref('stg_plan_updates__comments') }} as comments
inner join {{ ref('hist_serving_submissions') }} as serving
    on comments.submission_id = serving.submission_id
qualify row_number() over (
    partition by
        serving.area_code,
        comments.indicator_id,
        comments.as_at_date
    order by serving.as_at_date desc
) = 1
