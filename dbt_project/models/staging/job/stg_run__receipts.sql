-- One row per moment at which a submission version became the content of its
-- folder.
select
    submission_id,
    area_code,
    source,
    folder_month,
    version,
    as_at_date,
    received_at,
    event_number,
    verdict,
    reason,
    is_shipped
from {{ source('run', 'receipts') }}
