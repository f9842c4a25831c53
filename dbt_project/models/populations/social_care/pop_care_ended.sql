-- One row per child and day on which the child ceased to be looked after, short
-- breaks (V3, V4) left out, until the child's next cessation.
with

ended as (
    select
        *,
        row_number() over (
            partition by child_key, end_date
            order by start_date desc
        ) as start_rank
    from {{ ref('hist_periods_of_care') }}
    where
        end_date is not null
        and coalesce(end_reason_code, 'none') <> 'X1'
        and is_end_unread is not true
),

-- a window that holds two cessations of a child counts the last, and every
-- window that ends on or after the next one and holds the earlier holds both:
-- so the earlier counts up to the day before the next, in windows of any length
cessations as (
    select
        *,
        lead(end_date) over (
            partition by child_key
            order by end_date
        ) as next_end_date
    from ended
    where start_rank = 1
),

aged as (
    select
        cessations.*,
        {{ age_in_years('birth_dates.birth_date', 'cessations.end_date') }}
            as age,
        coalesce(cessations.end_reason_code = 'E15', false)
            as is_assessed_adult
    from cessations
    left join {{ ref('hist_birth_dates') }} as birth_dates
        on cessations.child_key = birth_dates.child_key
    where birth_dates.is_unread is not true
),

final as (
    select
        area_code,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        end_date as event_date,
        end_date as counted_on,
        next_end_date as superseded_on,
        source,
        {{ held_in({'ssda903': 'episodes', 'annex_a': 'list_8'}) }}
            as held_in,
        {{ decided_by({
            'looked after from': 'start_date',
            'until': 'end_date',
            'reason': 'end_reason_code',
            'age': 'age'
        }) }}
            as decided_by,
        {{ way_out_of_care('end_reason_code', 'end_date') }} = 'adopted'
            as was_adopted,
        {{ way_out_of_care('end_reason_code', 'end_date') }}
        = 'special guardianship' as had_special_guardianship_order,
        coalesce(age >= 16, false) and not is_assessed_adult
            as left_at_16_or_over,
        coalesce(age >= 18, false) and not is_assessed_adult
            as left_at_18_or_over
    from aged
)

select * from final
