-- One row per ONS code that an area has or had, with the area it is today.
with

areas as (
    select * from {{ ref('areas') }}
),

recoded as (
    select * from {{ ref('area_code_changes') }}
    where change = 'recoded'
),

-- `areas` may hold the code before a change or the one after it
other_codes as (
    select
        former_code as code,
        successor_code as code_of_area
    from recoded
    union all
    select
        successor_code as code,
        former_code as code_of_area
    from recoded
),

of_today as (
    select
        area_code as code,
        area_code,
        dfe_code,
        area_name,
        area_type
    from areas
),

of_other_days as (
    select
        other_codes.code,
        areas.area_code,
        areas.dfe_code,
        areas.area_name,
        areas.area_type
    from other_codes
    inner join areas
        on other_codes.code_of_area = areas.area_code
),

everything as (
    select * from of_today
    union all
    select * from of_other_days
)

select * from everything
