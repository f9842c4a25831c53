-- One row per breakdown and value that a figure has or had, in the order in
-- which people read them: ages by age, all else by name, 'not recorded' last.
with

seen as (
    select
        breakdown,
        breakdown_value
    from {{ ref('fct_indicator_values') }}
    union distinct
    select
        breakdown,
        breakdown_value
    from {{ ref('fct_vintages') }}
),

placed as (
    select
        *,
        case
            when breakdown_value = 'not recorded' then 9
            when breakdown <> 'age_band' then 1
            when breakdown_value = 'unborn' then 0
            when breakdown_value = '0' then 1
            when breakdown_value = '1-4' then 2
            when breakdown_value = '5-9' then 3
            when breakdown_value = '10-15' then 4
            when breakdown_value = '16-17' then 5
            else 6
        end as place
    from seen
),

final as (
    select
        placed.breakdown,
        placed.breakdown_value,
        cast(row_number() over (
            partition by placed.breakdown
            order by placed.place, placed.breakdown_value
        ) as integer) as sort_order,
        run.run_id
    from placed
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
