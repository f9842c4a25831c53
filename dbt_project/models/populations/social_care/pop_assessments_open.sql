-- One row per assessment that list 4 as at a month end holds as open; open for
-- longer than 45 working days or not.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'open_assessment'
),

calendar as (
    select * from {{ ref('hist_calendar') }}
),

-- without a start nothing says for how long it has been open
open_assessments as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        list_4.child_key,
        list_4.start_date,
        list_4.submission_id,
        list_4.row_id
    from states
    inner join {{ ref('stg_annex_a__list_4') }} as list_4
        on states.submission_id = list_4.submission_id
    where
        list_4.authorisation_date is null
        and list_4.start_date <= states.as_at_date
),

final as (
    select
        open_assessments.area_code,
        {{ record_key(
            'open_assessment',
            ['open_assessments.child_key', 'open_assessments.start_date']
        ) }} as record_key,
        open_assessments.child_key,
        open_assessments.start_date as event_date,
        open_assessments.as_at_date as counted_on,
        open_assessments.source,
        {{ held_in({'annex_a': 'list_4'}, of='open_assessments') }} as held_in,
        {{ decided_by({
            'started': 'open_assessments.start_date'
        }) }} as decided_by,
        today.working_day_number - started.working_day_number > 45
            as is_over_45_working_days
    from open_assessments
    inner join calendar as started
        on open_assessments.start_date = started.calendar_day
    inner join calendar as today
        on open_assessments.as_at_date = today.calendar_day
)

select * from final
