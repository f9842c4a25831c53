-- One row per period of care in list 8 of one submission version, in the shape
-- of the SSDA903's holdings.
select
    submission_id,
    row_id,
    start_date as row_start_date,
    end_date as row_end_date,
    child_key,
    start_date,
    end_date,
    end_reason_code,
    legal_status_code,
    {{ is_unread(['legal_status_code']) }} as is_unread,
    {{ is_unread(['legal_status_code', 'end_reason_code']) }} as is_end_unread,
    true as is_start_known,
    start_date as last_episode_date,
    true as describes_period
from {{ ref('stg_annex_a__list_8') }}
