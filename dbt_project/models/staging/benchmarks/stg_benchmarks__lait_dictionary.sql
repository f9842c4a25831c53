-- One row per series of one Interactive Tool dictionary.
select
    submission_id,
    row_id,
    series_id,
    year_type
from {{ source('benchmarks', 'lait_dictionary') }}
