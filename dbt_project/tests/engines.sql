{#
    What each macro of macros/engines.sql answers, on the engine that asks: one
    row per question that is answered otherwise than all engines must.
#}
with

days as (
    select
        cast('2026-11-27' as date) as friday,
        cast('2026-11-28' as date) as saturday,
        cast('2026-11-29' as date) as sunday,
        cast('2026-11-30' as date) as monday
),

marked as (
    select
        not {{ is_weekend('friday') }}
        and {{ is_weekend('saturday') }}
        and {{ is_weekend('sunday') }}
        and not {{ is_weekend('monday') }} as is_right
    from days
),

texts as (
    select
        'x' as holder,
        '12.5' as told,
        true as expected
    union all
    select
        'x' as holder,
        '-3e4' as told,
        true as expected
    union all
    select
        'x' as holder,
        '1x5' as told,
        false as expected
    union all
    select
        'x' as holder,
        '12.' as told,
        false as expected
),

numbers as (
    select
        min(
            case when {{ is_number('told') }} = expected then 1 else 0 end
        ) = 1 as is_right
    from texts
),

listed as (
    select {{ joined('told', "'+'") }} = '-3e4+12.+12.5+1x5' as is_right
    from texts
    group by holder
),

named as (
    select
        {{ map_of({
            'one': 'cast(1 as integer)', 'none': 'cast(null as integer)'
        }) }} as amounts
),

taken as (
    select
        {{ amount_of('amounts', "'one'") }} = 1
        and {{ amount_of('amounts', "'none'") }} is null
        and {{ amount_of('amounts', "'another'") }} is null as is_right
    from named
),

-- an amount that is null keeps its place next to its key
gathered as (
    select
        {{ amounts_by('told', "case when told = '1x5' then null else 1 end") }}
            as amounts
    from texts
    group by holder
),

found as (
    select
        {{ amount_of('amounts', "'12.5'") }} = 1
        and {{ amount_of('amounts', "'1x5'") }} is null as is_right
    from gathered
),

-- a cell of a seed that holds nothing is null, not the text 'None'
seeded as (
    select
        count(part) < count(*)
        and count(case when part = 'None' then 1 end) = 0 as is_right
    from {{ ref('education_rounds') }}
),

answers as (
    select
        'is_weekend' as macro_name,
        is_right
    from marked
    union all
    select
        'is_number' as macro_name,
        is_right
    from numbers
    union all
    select
        'joined' as macro_name,
        is_right
    from listed
    union all
    select
        'map_of' as macro_name,
        is_right
    from taken
    union all
    select
        'amounts_by' as macro_name,
        is_right
    from found
    union all
    select
        'seeds' as macro_name,
        is_right
    from seeded
)

select *
from answers
where is_right is null or not is_right
