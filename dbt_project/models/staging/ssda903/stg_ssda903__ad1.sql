-- One row per adopted child (AD1) of one SSDA903 version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    match_date,
    is_foster_carer_adoption
from {{ source('ssda903', 'ad1') }}
where has_adoption
