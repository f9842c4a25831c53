-- One row per establishment of one GIAS file.
select
    submission_id,
    row_id,
    urn,
    cast(la_code as string) as dfe_code,
    type_code,
    status_code,
    open_date,
    close_date
from {{ source('gias', 'establishments') }}
where has_establishment
