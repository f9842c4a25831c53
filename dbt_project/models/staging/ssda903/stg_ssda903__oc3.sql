-- One row per care leaver (OC3) of one SSDA903 version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    birth_date,
    in_touch_code,
    activity_code
from {{ source('ssda903', 'oc3') }}
where has_care_leaver
