-- One row per indicator and period of one return.
select
    submission_id,
    row_id,
    indicator as indicator_id,
    period_start,
    period_end,
    numerator,
    denominator,
    value,
    supplied_by,
    note
from {{ source('manual_returns', 'returns') }}
where has_return
