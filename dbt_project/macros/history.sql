{# The generic relation of history: the observations of one entity in all its
   staging models, each with the serving submission it is in and the days
   which that submission's table covers. docs/history.md. `observations` holds
   relations, `columns` their entity columns. #}
{% macro observations(entity, relations, columns, where=none) -%}
    select
        covers.area_code,
        covers.source,
        covers.precedence,
        covers.as_at_date,
        covers.cover_from,
        covers.cover_to,
        observed.*
    from (
        {%- for relation in relations %}
        select
            submission_id,
            row_id,
            {{ columns | join(',\n            ') }}
        from {{ relation }}
        {%- if where %}
        where {{ where }}
        {%- endif %}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as observed
    inner join {{ ref('hist_covers') }} as covers
        on
            observed.submission_id = covers.submission_id
            and covers.entity = '{{ entity }}'
{%- endmacro %}


{# Point events: for each date one source serves, the first in precedence that
   covers it, and of that source the newest submission covering it; rows of that
   date anywhere else are not used. #}
{% macro resolve_points(entity, relations, event_date, columns, where=none) -%}
with

observed as (
    {{ observations(entity, relations, columns, where) | indent(4) }}
),

event_days as (
    select distinct
        area_code,
        {{ event_date }} as event_day
    from observed
    where {{ event_date }} is not null
),

covering as (
    select
        event_days.area_code,
        event_days.event_day,
        covers.submission_id,
        row_number() over (
            partition by event_days.area_code, event_days.event_day
            order by covers.precedence, covers.as_at_date desc
        ) as serving_rank
    from event_days
    inner join {{ ref('hist_covers') }} as covers
        on
            event_days.area_code = covers.area_code
            and event_days.event_day
            between covers.cover_from and covers.cover_to
            and covers.entity = '{{ entity }}'
),

served as (
    select observed.*
    from observed
    inner join covering
        on
            observed.area_code = covering.area_code
            and observed.{{ event_date }} = covering.event_day
            and observed.submission_id = covering.submission_id
            and covering.serving_rank = 1
)
{%- endmacro %}


{# Latest dates: of visits or reviews a list gives the last one only. Each date
   that any list gave is an event seen, unless the newest list to speak of it
   gives an earlier one, and so says that there was none. A blank says nothing. #}
{% macro resolve_latest_dates(entity, relation, key, latest_date, seen_as) -%}
with

observed as (
    {{ observations(entity, [relation], key + [latest_date]) | indent(4) }}
),

told as (
    select
        *,
        min({{ latest_date }}) over (
            partition by area_code, {{ key | join(', ') }}
            order by as_at_date
            rows between 1 following and unbounded following
        ) as told_later,
        row_number() over (
            partition by area_code, {{ key | join(', ') }}, {{ latest_date }}
            order by as_at_date desc
        ) as newest_rank
    from observed
    where {{ latest_date }} <= as_at_date
),

seen as (
    select *
    from told
    where
        newest_rank = 1
        and (told_later is null or told_later > {{ latest_date }})
)

select
    area_code,
    source,
    submission_id,
    {{ key | join(',\n    ') }},
    {{ latest_date }} as {{ seen_as }}
from seen
{%- endmacro %}


{# Intervals: the newest submission of any source that holds the key gives its
   attributes. A key is withdrawn when a newer submission of a source that once
   held it, whose cover starts no later than the day after the key was last
   held, should hold it (open, or ended inside that cover) and does not.

   One row is one interval, unless told otherwise: `row_end` is the column with
   the day on which the row itself ended, `describes` the column that says
   whether the row gives the attributes, `holds` the condition under which a
   row of a newer submission (`holders`) holds the key (`newest`). #}
{% macro resolve_intervals(
    entity, relations, key, columns, where=none, newest_by=[],
    row_end='end_date', describes=none, holds=none
) -%}
with

observed as (
    {{ observations(entity, relations, columns, where) | indent(4) }}
),

-- rows that ended before the days which their table covers are loaded, not used
held as (
    select *
    from observed
    where {{ row_end }} is null or {{ row_end }} >= cover_from
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by
                as_at_date desc,
                precedence{% for column in newest_by %},
                {{ column }} desc{% endfor %}
        ) as newest_rank
    from held
    {%- if describes %}
    where {{ describes }}
    {%- endif %}
),

newest as (
    select *
    from ranked
    where newest_rank = 1
),

holding_sources as (
    select distinct
        {{ key | join(',\n        ') }},
        source
    from held
),

withdrawn as (
    select distinct
        {%- for column in key %}
        newest.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from newest
    inner join holding_sources
        on
            {%- for column in key %}
            {{ 'and ' if not loop.first -}}
            newest.{{ column }} = holding_sources.{{ column }}
            {%- endfor %}
    inner join {{ ref('hist_covers') }} as covers
        on
            newest.area_code = covers.area_code
            and holding_sources.source = covers.source
            and covers.entity = '{{ entity }}'
            and covers.as_at_date > newest.as_at_date
            and covers.cover_from <= {{ add_days('newest.as_at_date', 1) }}
            and (
                newest.end_date is null
                or newest.end_date >= covers.cover_from
            )
    left join held as holders
        on
            covers.submission_id = holders.submission_id
            {%- for column in key %}
            and newest.{{ column }} = holders.{{ column }}
            {%- endfor %}
            {%- if holds %}
            and {{ holds }}
            {%- endif %}
    where holders.submission_id is null
),

resolved as (
    select
        newest.*,
        newest.as_at_date as held_as_at
    from newest
    left join withdrawn
        on
            {%- for column in key %}
            {{ 'and ' if not loop.first -}}
            newest.{{ column }} = withdrawn.{{ column }}
            {%- endfor %}
    where withdrawn.{{ key[0] }} is null
)
{%- endmacro %}

{# Runs of covered days joined where one begins on the day after another ends,
   whichever source serves them. #}
{% macro spans_of_runs(relation) -%}
with

runs as (
    select * from {{ relation }}
),

marked as (
    select
        *,
        case
            when
                lag(run_to) over (
                    partition by entity, area_code
                    order by run_from
                ) = {{ add_days('run_from', -1) }}
                then 0
            else 1
        end as starts_span
    from runs
),

numbered as (
    select
        *,
        sum(starts_span) over (
            partition by entity, area_code
            order by run_from
            rows unbounded preceding
        ) as span_number
    from marked
),

spans as (
    select
        entity,
        area_code,
        min(run_from) as span_from,
        max(run_to) as span_to
    from numbered
    group by
        entity,
        area_code,
        span_number
)

select * from spans
{%- endmacro %}
