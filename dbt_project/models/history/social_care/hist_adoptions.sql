-- One row per adoption, as the submission that serves the date of its order
-- holds it; of two rows of one child and date the first.
{{ resolve_points(
    entity='adoption',
    relations=[ref('hist_ssda903_adoptions'), ref('hist_list_10_adoptions')],
    event_date='order_date',
    columns=[
        'child_key', 'order_date', 'match_date', 'is_foster_carer_adoption',
        'entered_care_date', 'placement_order_date', 'placed_date',
        'foster_for_adoption_date', 'is_unread'
    ]
) }},

numbered as (
    select
        *,
        row_number() over (
            partition by child_key, order_date
            order by row_id
        ) as row_rank
    from served
)

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    order_date,
    match_date,
    is_foster_carer_adoption,
    entered_care_date,
    placement_order_date,
    placed_date,
    foster_for_adoption_date,
    is_unread
from numbered
where row_rank = 1
