-- One row per neighbour model, authority and statistical neighbour, from the
-- files that serve.
with

neighbours as (
    select
        'statistical_neighbours' as table_name,
        *
    from {{ ref('stg_benchmarks__statistical_neighbours') }}
    union all
    select
        'earlier_neighbours' as table_name,
        *
    from {{ ref('stg_benchmarks__earlier_neighbours') }}
),

served as (
    select
        neighbours.neighbour_model,
        neighbours.dfe_code,
        neighbours.neighbour_rank,
        neighbours.neighbour_dfe_code
    from neighbours
    inner join {{ ref('hist_reference_tables') }} as reference_tables
        on
            neighbours.submission_id = reference_tables.submission_id
            and neighbours.table_name = reference_tables.table_name
            and reference_tables.source = 'benchmarks'
    where neighbours.neighbour_dfe_code is not null
)

select * from served
