-- One row per kind of record of education, basis, local authority and period
-- that is asked for (docs/education.md, 'Periods').
with

run as (
    select * from {{ ref('stg_run__run') }}
),

-- a round may be past and still have no part of its entity, hence the text
entities as (
    select
        entity,
        basis,
        coalesce(part, '') as part,
        held_by,
        keeps_later,
        months_to_expect,
        months_to_national
    from {{ ref('education_rounds') }}
),

held as (
    select
        entity,
        area_code,
        period_start as held_from,
        period_end as held_to
    from {{ ref('hist_education_units') }}
    union all
    select
        entity,
        area_code,
        cover_from as held_from,
        cover_to as held_to
    from {{ ref('hist_covers') }}
    where entity in ('young_person', 'school_week')
),

rounds as (
    select
        entities.*,
        areas.area_code,
        calendar.end_year,
        calendar.period_start,
        calendar.period_end,
        calendar.period_end <= run.knowledge_date as is_ended
    from entities
    inner join {{ ref('hist_education_calendar') }} as calendar
        on
            entities.basis = calendar.basis
            and entities.part = calendar.part
    cross join {{ ref('stg_run__areas') }} as areas
    cross join run
),

-- several holders of a round are one
held_rounds as (
    select distinct
        rounds.entity,
        rounds.basis,
        rounds.part,
        rounds.area_code,
        rounds.period_end
    from rounds
    inner join held
        on
            rounds.held_by = held.entity
            and rounds.area_code = held.area_code
            and rounds.period_end >= held.held_from
            and rounds.period_start <= held.held_to
),

marked as (
    select
        rounds.*,
        held_rounds.period_end is not null as is_held,
        min(held_rounds.period_end) over (
            partition by rounds.entity, rounds.basis, rounds.area_code
        ) as first_held,
        max(case when rounds.is_ended then rounds.period_end end) over (
            partition by rounds.entity, rounds.basis, rounds.area_code
        ) as last_ended
    from rounds
    left join held_rounds
        on
            rounds.entity = held_rounds.entity
            and rounds.basis = held_rounds.basis
            and rounds.part = held_rounds.part
            and rounds.area_code = held_rounds.area_code
            and rounds.period_end = held_rounds.period_end
),

asked_for as (
    select
        entity,
        basis,
        area_code,
        end_year,
        period_start,
        period_end,
        case
            when part = 'SPR' then {{ date_in_year('end_year', '05-31') }}
            else {{ month_end(add_months('period_end', 'months_to_expect')) }}
        end as expected_by,
        {{ month_end(add_months('period_end', 'months_to_national')) }}
            as national_expected_by
    from marked
    where
        period_end between least(coalesce(first_held, last_ended), last_ended)
        and last_ended
        or (keeps_later and is_held and period_end > last_ended)
)

select * from asked_for
