-- One row per education, health and care plan first issued after an assessment
-- here, on the day of issue (docs/education.md, 'EHC plans').
with

plans as (
    select
        *,
        {{ age_in_years('birth_date', 'start_date') }} as age
    from {{ ref('hist_ehc_plans') }}
),

-- quarantined: received after it was issued, or for a person of 25 or over
issued as (
    select
        area_code,
        {{ record_key('ehc_plan', ['area_code', 'request_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        start_date as counted_on,
        source,
        {{ place_of_row('named_plan') }}
            as held_in,
        {{ decided_by({
            'request received': 'received_date',
            'issued': 'start_date',
            'exception': 'has_exception'
        }) }}
            as decided_by,
        not has_exception as is_without_exception,
        start_date <= {{ add_days('received_date', 140) }}
            as is_within_20_weeks
    from plans
    where
        assessment_outcome_code = 'Y'
        and transferred_from_key is null
        and received_date <= start_date
        and age < 25
),

final as (
    select
        *,
        is_within_20_weeks and is_without_exception
            as is_within_20_weeks_without_exception
    from issued
)

select * from final
