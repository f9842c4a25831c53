-- One row per target that the deployment has agreed: authority, indicator and
-- span of periods.
select
    area_code,
    indicator_id,
    valid_from,
    valid_to,
    target,
    near_within,
    far_within,
    polarity,
    origin,
    agreed_by,
    agreed_on
from {{ source('run', 'targets') }}
