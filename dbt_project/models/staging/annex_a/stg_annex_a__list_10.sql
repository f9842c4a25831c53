-- One row per adoption case in list 10 of one submission version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    entered_care_date,
    should_be_placed_date,
    placement_order_date,
    match_date,
    placed_date,
    foster_for_adoption_date,
    adoption_order_date,
    reversal_date
from {{ source('annex_a', 'list_10') }}
where has_adoption_case
