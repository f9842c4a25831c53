-- One row per edition and outcome of the plan, and one for all outcomes: how
-- many of its actions have which colour, which share that is, how many moved
-- and how many have no update of the quarter.
{%- set colours = ['red', 'amber', 'green', 'blue', 'no_colour'] %}
with

actions as (
    select * from {{ ref('rpt_board') }}
),

coloured as (
    select
        edition,
        outcome_id,
        outcome,
        run_id,
        case
            when rag in ('RED', 'AMBER', 'GREEN', 'BLUE') then lower(rag)
            else 'no_colour'
        end as colour,
        moved,
        is_update_missing
    from actions
),

-- every action twice: under its outcome and under all of them
members as (
    select * from coloured
    union all
    select
        edition,
        0 as outcome_id,
        'All outcomes' as outcome,
        run_id,
        colour,
        moved,
        is_update_missing
    from coloured
),

counted as (
    select
        edition,
        outcome_id,
        outcome,
        run_id,
        count(*) as n_actions,
        {%- for colour in colours %}
        count(*) filter (where colour = '{{ colour }}') as n_{{ colour }},
        {%- endfor %}
        count(*) filter (where moved = 'better') as n_better,
        count(*) filter (where moved = 'worse') as n_worse,
        count(*) filter (where is_update_missing) as n_update_missing
    from members
    group by
        edition,
        outcome_id,
        outcome,
        run_id
),

final as (
    select
        edition,
        outcome_id,
        outcome,
        cast(n_actions as integer) as n_actions,
        {%- for colour in colours %}
        cast(n_{{ colour }} as integer) as n_{{ colour }},
        {{ printed_value('100.0 * ' ~ ratio('n_' ~ colour, 'n_actions'), 0) }}
            as {{ colour }}_pct,
        {%- endfor %}
        cast(n_better as integer) as n_better,
        cast(n_worse as integer) as n_worse,
        cast(n_update_missing as integer) as n_update_missing,
        run_id
    from counted
)

select * from final
