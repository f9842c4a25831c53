-- One row per initial child protection conference, on its date.
with

conferences as (
    select *
    from {{ ref('hist_initial_conferences') }}
    where is_unread is not true
),

enquiries as (
    select * from {{ ref('hist_section_47_enquiries') }}
),

calendar as (
    select * from {{ ref('hist_calendar') }}
),

-- a record that names no enquiry is timed from the child's latest one in the
-- twelve months before the conference, its day included (docs/social_care.md,
-- 'Enquiries and conferences')
latest_enquiries as (
    select
        conferences.child_key,
        conferences.conference_date,
        max(enquiries.start_date) as start_date
    from conferences
    inner join enquiries
        on
            conferences.child_key = enquiries.child_key
            and enquiries.start_date
            between {{ add_months('conferences.conference_date', -12) }}
            and conferences.conference_date
    where conferences.clock_start_date is null
    group by
        conferences.child_key,
        conferences.conference_date
),

clocked as (
    select
        conferences.*,
        coalesce(
            conferences.clock_start_date, latest_enquiries.start_date
        ) as timed_from
    from conferences
    left join latest_enquiries
        on
            conferences.child_key = latest_enquiries.child_key
            and conferences.conference_date = latest_enquiries.conference_date
),

-- the day after the start is working day 1. A conference before its enquiry has
-- no duration and stays in the denominator, as one without any enquiry does
-- (docs/social_care.md, 'Enquiries and conferences').
timed as (
    select
        clocked.area_code,
        {{ record_key(
            'initial_conference',
            ['clocked.child_key', 'clocked.conference_date']
        ) }} as record_key,
        clocked.child_key,
        clocked.conference_date as event_date,
        clocked.conference_date as counted_on,
        clocked.source,
        case
            when clocked.source = 'annex_a'
                then {{ place_of_row('list_5', of='clocked') }}
            when clocked.is_transfer_in
                then {{ place_of_row('cin_details', of='clocked') }}
            else {{ place_of_row('section47', of='clocked') }}
        end
            as held_in,
        {{ decided_by({
            'conference': 'clocked.conference_date',
            'timed from': 'clocked.timed_from',
            'working days':
                'held.working_day_number - started.working_day_number'
        }) }}
            as decided_by,
        coalesce(
            clocked.timed_from <= clocked.conference_date
            and held.working_day_number - started.working_day_number <= 15,
            false
        ) as is_within_15_working_days
    from clocked
    left join calendar as started
        on clocked.timed_from = started.calendar_day
    left join calendar as held
        on clocked.conference_date = held.calendar_day
)

select * from timed
