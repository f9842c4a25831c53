-- One row per indicator, local authority, basis, period and breakdown value: as
-- computed, or where the gate holds the indicator for the area, as last
-- published (docs/gate.md, 'What a hold does').
with

run as (
    select * from {{ ref('stg_run__run') }}
),

holds as (
    select * from {{ ref('gate_holds') }}
),

free as (
    select figures.*
    from {{ ref('val_figures') }} as figures
    left join holds
        on
            figures.indicator_id = holds.indicator_id
            and figures.area_code = holds.area_code
    where holds.indicator_id is null
),

held_grid as (
    select
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_start,
        grid.period_end,
        holds.reason
    from {{ ref('hist_grid') }} as grid
    inner join holds
        on
            grid.indicator_id = holds.indicator_id
            and grid.area_code = holds.area_code
),

-- one row per last published row of a period, or one without figures for a
-- period never published: the left join multiplies a period by its breakdown
-- values
held as (
    select
        held_grid.indicator_id,
        held_grid.area_code,
        held_grid.basis,
        held_grid.period_start,
        held_grid.period_end,
        coalesce(last_values.breakdown, 'all') as breakdown,
        coalesce(last_values.breakdown_value, 'all') as breakdown_value,
        last_values.numerator,
        last_values.denominator,
        last_values.value,
        last_values.share_of_rate,
        cast(last_values.population_year as integer) as population_year,
        -- of the figure as last published nothing more is kept
        cast(null as double) as confidence_lower,
        cast(null as double) as confidence_upper,
        case
            when last_values.status is null then 'held'
            when last_values.status in ('ok', 'held') then 'held'
            else last_values.status
        end as status,
        case
            when last_values.status is null then held_grid.reason
            when last_values.status in ('ok', 'held') then held_grid.reason
            else last_values.status_reason
        end as status_reason,
        last_values.source,
        last_values.first_reported_value,
        coalesce(last_values.is_provisional, false) as is_provisional,
        run.run_id
    from held_grid
    cross join run
    left join {{ ref('stg_run__last_values') }} as last_values
        on
            held_grid.indicator_id = last_values.indicator_id
            and held_grid.area_code = last_values.area_code
            and held_grid.basis = last_values.basis
            and held_grid.period_end = last_values.period_end
),

final as (
    select * from free
    union all
    select * from held
)

select * from final
