-- One row per early help assessment in list 2 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    start_date
from {{ source('annex_a', 'list_2') }}
where has_early_help
