-- One row per assessment completed, on its authorisation date.
with

assessments as (
    select * from {{ ref('hist_assessments') }}
),

calendar as (
    select * from {{ ref('hist_calendar') }}
),

-- the day after the start is working day 1; 45 is within (Working Together;
-- docs/social_care.md, 'Referrals and assessments'). Without a start, or one
-- before the calendar, the duration is not known to be within 45 days.
timed as (
    select
        assessments.area_code,
        {{ record_key(
            'assessment',
            [
                'assessments.child_key', 'assessments.start_date',
                'assessments.authorisation_date'
            ]
        ) }} as record_key,
        assessments.child_key,
        assessments.authorisation_date as event_date,
        assessments.authorisation_date as counted_on,
        assessments.source,
        {{ held_in(
            {'cin_census': 'assessments', 'annex_a': 'list_4'}, of='assessments'
        ) }}
            as held_in,
        {{ decided_by({
            'started': 'assessments.start_date',
            'authorised': 'assessments.authorisation_date',
            'working days':
                'completed.working_day_number - started.working_day_number'
        }) }}
            as decided_by,
        coalesce(
            completed.working_day_number - started.working_day_number <= 45,
            false
        ) as is_within_45_working_days
    from assessments
    left join calendar as started
        on assessments.start_date = started.calendar_day
    left join calendar as completed
        on assessments.authorisation_date = completed.calendar_day
)

select * from timed
