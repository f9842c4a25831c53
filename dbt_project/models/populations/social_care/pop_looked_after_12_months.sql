-- One row per child who at a month end had been looked after for twelve months
-- or longer; with a dental check and the health assessments due, or not.
with

states as (
    select
        *,
        {{ add_months(add_days('as_at_date', 1), -12) }} as year_start,
        {{ add_months(add_days('as_at_date', 1), -6) }} as half_year_start
    from {{ ref('hist_serving_states') }}
    where entity = 'looked_after_health'
),

in_list as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        states.year_start,
        list_8.child_key,
        list_8.start_date,
        {{ place_of_row('list_8', of='list_8') }} as held_in,
        list_8.latest_dental_check_date,
        list_8.latest_health_assessment_date,
        {{ is_unread(
            [
                'birth_date', 'legal_status_code', 'latest_dental_check_date',
                'latest_health_assessment_date'
            ],
            of='list_8'
        ) }} as is_unread,
        -- without a date of birth a child is read as 5 or over
        -- (docs/social_care.md, 'Health of looked-after children'); the list
        -- gives the last date only, so of the two assessments of an under-five
        -- one within six months is used instead (SC16)
        case
            when
                {{ age_in_years('list_8.birth_date', 'states.as_at_date') }} < 5
                then states.half_year_start
            else states.year_start
        end as assessment_due_from,
        row_number() over (
            partition by states.area_code, states.as_at_date, list_8.child_key
            order by list_8.start_date desc, list_8.row_id
        ) as start_rank
    from states
    inner join {{ ref('stg_annex_a__list_8') }} as list_8
        on states.submission_id = list_8.submission_id
    where
        states.source = 'annex_a'
        and list_8.start_date <= states.as_at_date
        and (
            list_8.end_date is null or list_8.end_date > states.as_at_date
        )
        and (
            list_8.legal_status_code is null
            or list_8.legal_status_code not in ('V3', 'V4')
        )
),

from_list as (
    select
        area_code,
        source,
        as_at_date,
        year_start,
        child_key,
        start_date,
        held_in,
        latest_dental_check_date,
        latest_health_assessment_date,
        start_rank,
        is_unread,
        coalesce(
            latest_dental_check_date between year_start and as_at_date, false
        ) as had_dental_check,
        coalesce(
            latest_health_assessment_date
            between assessment_due_from and as_at_date,
            false
        ) as had_health_assessment
    from in_list
),

-- a short break in the window ends the twelve months (rules 185, 190, 191)
short_breaks as (
    select
        child_key,
        start_date,
        coalesce(end_date, held_as_at) as last_date
    from {{ ref('hist_episodes') }}
    where legal_status_code in ('V3', 'V4')
),

from_return as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        states.year_start,
        chains.child_key,
        chains.start_date,
        {{ place_of_row('oc2', of='oc2') }} as held_in,
        row_number() over (
            partition by states.area_code, states.as_at_date, chains.child_key
            order by chains.start_date desc
        ) as start_rank,
        chains.is_unread
        or {{ is_unread(
            ['has_teeth_check', 'has_health_assessment'], of='oc2'
        ) }} as is_unread,
        coalesce(oc2.has_teeth_check, false) as had_dental_check,
        coalesce(oc2.has_health_assessment, false) as had_health_assessment
    from states
    inner join {{ ref('hist_care_chains') }} as chains
        on
            states.area_code = chains.area_code
            and states.as_at_date >= chains.start_date
            and states.as_at_date <= chains.held_as_at
            and (
                chains.end_date is null or states.as_at_date < chains.end_date
            )
    left join {{ ref('stg_ssda903__oc2') }} as oc2
        on
            states.submission_id = oc2.submission_id
            and chains.child_key = oc2.child_key
    where
        states.source = 'ssda903'
        and not exists (
            select 1
            from short_breaks
            where
                short_breaks.child_key = chains.child_key
                and short_breaks.start_date <= states.as_at_date
                and short_breaks.last_date >= states.year_start
        )
),

everyone as (
    select
        area_code,
        source,
        as_at_date,
        year_start,
        child_key,
        start_date,
        held_in,
        latest_dental_check_date,
        latest_health_assessment_date,
        start_rank,
        is_unread,
        had_dental_check,
        had_health_assessment
    from from_list
    union all
    select
        area_code,
        source,
        as_at_date,
        year_start,
        child_key,
        start_date,
        held_in,
        cast(null as date) as latest_dental_check_date,
        cast(null as date) as latest_health_assessment_date,
        start_rank,
        is_unread,
        had_dental_check,
        had_health_assessment
    from from_return
),

-- one row per child, the latest start, and that no later than the first day of
-- the twelve months (docs/social_care.md, 'Health of looked-after children')
final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        as_at_date as counted_on,
        source,
        held_in,
        {{ decided_by({
            'looked after from': 'start_date',
            'dental check': 'latest_dental_check_date',
            'health assessment': 'latest_health_assessment_date'
        }) }} as decided_by,
        had_dental_check,
        had_health_assessment
    from everyone
    where
        start_rank = 1
        and is_unread is not true
        and start_date <= year_start
)

select * from final
