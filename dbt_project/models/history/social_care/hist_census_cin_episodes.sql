-- One row per episode of need that no later census has withdrawn, from the
-- censuses alone. A referral closed without further action opens none.
{{ resolve_intervals(
    entity='census_cin_episode',
    relations=[ref('stg_cin_census__cin_details')],
    key=['child_key', 'referral_date'],
    columns=['child_key', 'referral_date', 'end_date', 'need_code'],
    where='has_cin_episode'
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    held_as_at,
    child_key,
    referral_date as start_date,
    end_date,
    need_code
from resolved
