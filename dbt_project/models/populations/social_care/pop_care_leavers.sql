-- One row per former relevant young person aged 19 to 21 and month end; in
-- education, employment or training or not.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'care_leaver'
),

from_list as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        {{ place_of_row('list_9', of='list_9') }} as held_in,
        list_9.child_key,
        list_9.birth_date,
        list_9.in_touch_code,
        list_9.activity_code,
        list_9.unreadable_columns
    from states
    inner join {{ ref('stg_annex_a__list_9') }} as list_9
        on states.submission_id = list_9.submission_id
    where
        states.source = 'annex_a'
        and list_9.eligibility_code = 'former_relevant'
),

-- OC3 holds former relevant young people only
from_return as (
    select
        states.area_code,
        states.source,
        states.as_at_date,
        {{ place_of_row('oc3', of='oc3') }} as held_in,
        oc3.child_key,
        oc3.birth_date,
        oc3.in_touch_code,
        oc3.activity_code,
        oc3.unreadable_columns
    from states
    inner join {{ ref('stg_ssda903__oc3') }} as oc3
        on states.submission_id = oc3.submission_id
    where states.source = 'ssda903'
),

everyone as (
    select * from from_list
    union all
    select * from from_return
),

-- whoever had the 19th, 20th or 21st birthday in the twelve months is 19, 20 or
-- 21 at their end, so one condition serves the list and the return
aged as (
    select
        *,
        {{ age_in_years('birth_date', 'as_at_date') }} as age
    from everyone
),

final as (
    select
        area_code,
        {{ record_key('care_leaver', ['child_key']) }} as record_key,
        child_key,
        as_at_date as event_date,
        as_at_date as counted_on,
        source,
        held_in,
        {{ decided_by({
            'age': 'age',
            'activity': 'activity_code',
            'in touch': 'in_touch_code'
        }) }} as decided_by,
        -- F3 and P3 are of collection years up to 2021 (docs/social_care.md,
        -- 'Care leavers')
        coalesce(
            activity_code in ('F1', 'P1', 'F2', 'P2', 'F4', 'P4', 'F5', 'P5')
            or (
                activity_code in ('F3', 'P3')
                and as_at_date < cast('2021-04-01' as date)
            ),
            false
        ) as is_in_education_employment_or_training
    from aged
    where
        age between 19 and 21
        and coalesce(in_touch_code, 'none') not in ('DIED', 'RHOM')
        and not {{ is_unread(['in_touch_code', 'activity_code']) }}
)

select * from final
