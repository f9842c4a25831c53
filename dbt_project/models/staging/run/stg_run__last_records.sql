-- One row per indicator and record counted in the warehouse that serves while
-- this one is built.
select
    indicator_id,
    area_code,
    record_key,
    child_key,
    event_date,
    counted_on,
    in_numerator,
    numerator_amount,
    denominator_amount,
    previous_counted_on,
    source
from {{ source('run', 'last_records') }}
