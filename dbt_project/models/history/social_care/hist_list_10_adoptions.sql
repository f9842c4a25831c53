-- One row per adoption order in list 10 of one submission version, in the shape
-- of the adoptions of the SSDA903.
select
    submission_id,
    row_id,
    child_key,
    adoption_order_date as order_date,
    match_date,
    cast(null as boolean) as is_foster_carer_adoption,
    entered_care_date,
    placement_order_date,
    placed_date,
    foster_for_adoption_date,
    {{ is_unread([
        'placement_order_date', 'match_date', 'placed_date',
        'foster_for_adoption_date'
    ]) }} as is_unread
from {{ ref('stg_annex_a__list_10') }}
where adoption_order_date is not null
