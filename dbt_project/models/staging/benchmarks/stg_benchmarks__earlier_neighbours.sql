-- One row per authority and neighbour of an earlier model.
select
    submission_id,
    cast(la_number as string) as dfe_code,
    neighbour_model,
    neighbour_rank,
    cast(neighbour as string) as neighbour_dfe_code
from {{ source('benchmarks', 'earlier_neighbours') }}
