-- One row per breakdown and value that a figure has or had, in the order in
-- which people read them: by `sort_order`, then by name. Ages come by age and
-- 'not recorded' last, whichever other values there are.
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
            when breakdown_value = 'unborn' then 1
            when breakdown_value = '0' then 2
            when breakdown_value = '1-4' then 3
            when breakdown_value = '5-9' then 4
            when breakdown_value = '10-15' then 5
            when breakdown_value = '16-17' then 6
            else 7
        end as place
    from seen
),

final as (
    select
        placed.breakdown,
        placed.breakdown_value,
        cast(placed.place as integer) as sort_order,
        run.run_id
    from placed
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
