-- One row per child with outcomes (OC2) in the return of a year: looked after
-- for twelve months on 31 March.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'looked_after_outcome'
),

outcomes as (
    select
        oc2.*,
        states.area_code,
        states.source,
        states.as_at_date,
        {{ age_in_years('births.birth_date', 'states.as_at_date') }} as age
    from states
    inner join {{ ref('stg_ssda903__oc2') }} as oc2
        on states.submission_id = oc2.submission_id
    left join {{ ref('hist_birth_dates') }} as births
        on oc2.child_key = births.child_key
    where births.is_unread is not true
),

final as (
    select
        area_code,
        {{ record_key('outcome', ['child_key', 'as_at_date']) }} as record_key,
        child_key,
        as_at_date as event_date,
        as_at_date as counted_on,
        source,
        {{ held_in({'ssda903': 'oc2'}) }} as held_in,
        {{ decided_by({
            'age': 'age',
            'SDQ score': 'sdq_score',
            'immunisations': 'has_immunisations',
            'conviction': 'has_conviction'
        }) }} as decided_by,
        -- asked for from 4 to 16 (SSDA903 guide, SDQ_SCORE)
        coalesce(age between 4 and 16 and sdq_score is not null, false)
            as has_sdq_score,
        case when age between 4 and 16 then coalesce(sdq_score, 0) else 0 end
            as sdq_score,
        coalesce(has_immunisations, false) as has_immunisations,
        coalesce(age >= 10, false) as is_10_or_over,
        coalesce(age >= 10 and has_conviction, false) as was_convicted
    from outcomes
    where
        not {{ is_unread(
            ['sdq_score', 'has_immunisations', 'has_conviction']
        ) }}
)

select * from final
