-- One row per authority and neighbour of the current model, in one neighbour
-- workbook.
{%- set ranks = range(1, 11) %}

{%- for rank in ranks %}
select
    submission_id,
    cast(la_number as string) as dfe_code,
    '2025' as neighbour_model,
    {{ rank }} as neighbour_rank,
    cast(neighbour_{{ rank }} as string) as neighbour_dfe_code
from {{ source('benchmarks', 'statistical_neighbours') }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
