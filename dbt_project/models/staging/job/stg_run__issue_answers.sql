-- One row per answer that an owner gave about an issue.
select
    area_code,
    issue_key,
    answer,
    reason,
    answered_by,
    approver,
    until,
    answered_at,
    event_number
from {{ source('run', 'issue_answers') }}
