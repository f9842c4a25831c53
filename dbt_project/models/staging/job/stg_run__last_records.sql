-- One row per indicator and record counted in the published warehouse, while
-- this one is built.
select
    indicator_id,
    area_code,
    record_key,
    child_key,
    event_date,
    counted_on,
    superseded_on,
    in_numerator,
    numerator_amount,
    denominator_amount,
    source,
    submission_id,
    table_name,
    row_id,
    decided_by,
    sex,
    age_band,
    ethnic_group,
    primary_need
from {{ source('run', 'last_records') }}
