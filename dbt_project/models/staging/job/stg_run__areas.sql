-- One row per local authority area that has a folder in landing, or has sent
-- before.
select area_code
from {{ source('run', 'areas') }}
