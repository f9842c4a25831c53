-- One row per child in need episode in list 6 of one submission version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    start_date,
    closure_date as end_date,
    need_code,
    -- 'Closed episode' without a closure date is closed (docs/social_care.md,
    -- 'Children in need')
    coalesce(case_status_code = 'closed', false) as is_closed
from {{ source('annex_a', 'list_6') }}
where has_cin_episode
