-- One row per looked-after child of statutory school age with a plan due and
-- term, on the last day of the term (docs/education.md, 'Personal education
-- plans').
with

plans as (
    select
        plans.*,
        ratings.quality_band
    from {{ ref('hist_personal_education_plans') }} as plans
    -- a plan without a rating, or with one of no known scheme, is not rated
    left join {{ ref('pep_ratings') }} as ratings
        on plans.quality_rating = ratings.rating
    where
        plans.newest_rank_of_child = 1
        and plans.nc_year in (
            'R', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'
        )
        and plans.looked_after_from <= plans.term_to
        and (
            plans.looked_after_to is null
            or plans.looked_after_to > plans.term_to
        )
        and (plans.due_date is null or plans.due_date <= plans.term_to)
),

final as (
    select
        area_code,
        {{ record_key(
            'personal_education_plan', ['area_code', 'child_key', 'term_to']
        ) }} as record_key,
        child_key,
        term_to as event_date,
        term_to as counted_on,
        source,
        {{ place_of_row('plans') }}
            as held_in,
        {{ decided_by({
            'due': 'due_date',
            'completed': 'completed_date',
            'rating': 'quality_band'
        }) }}
            as decided_by,
        coalesce(completed_date between term_from and term_to, false)
            as is_completed,
        coalesce(completed_date between term_from and term_to, false)
        and coalesce(quality_band in ('high', 'good'), false) as is_good
    from plans
)

select * from final
