-- One row per care leaver aged 17 to 21 in list 9 as at a month end, but for
-- those who died or returned home; where they live, and whether in touch.
with

states as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'care_leaver_listed'
),

listed as (
    select
        list_9.*,
        states.area_code,
        states.source,
        states.as_at_date,
        {{ any_is_filled('list_9.latest_pathway_plan_date', 'list_9') }}
            as has_pathway_plans_in_list,
        {{ age_in_years('list_9.birth_date', 'states.as_at_date') }} as age
    from states
    inner join {{ ref('stg_annex_a__list_9') }} as list_9
        on states.submission_id = list_9.submission_id
    where list_9.eligibility_code in ('relevant', 'former_relevant')
),

-- relevant children are 16 and 17, former relevant young people 18 and over
described as (
    select
        *,
        age between 17 and 18 as is_17_or_18,
        age between 19 and 21 and eligibility_code = 'former_relevant'
            as is_19_to_21,
        coalesce(accommodation_suitability_code = '1', false) as is_suitable,
        coalesce(
            activity_code in ('F1', 'P1', 'F2', 'P2', 'F4', 'P4', 'F5', 'P5'),
            false
        ) as is_active
    from listed
    where
        coalesce(in_touch_code, 'none') not in ('DIED', 'RHOM')
        and not {{ is_unread([
            'in_touch_code', 'activity_code', 'accommodation_suitability_code',
            'latest_pathway_plan_date'
        ]) }}
),

final as (
    select
        area_code,
        {{ record_key('care_leaver', ['child_key']) }} as record_key,
        child_key,
        as_at_date as event_date,
        as_at_date as counted_on,
        source,
        {{ held_in({'annex_a': 'list_9'}) }} as held_in,
        {{ decided_by({
            'age': 'age',
            'eligibility': 'eligibility_code',
            'in touch': 'in_touch_code',
            'activity': 'activity_code',
            'accommodation': 'accommodation_suitability_code',
            'pathway plan reviewed': 'latest_pathway_plan_date'
        }) }} as decided_by,
        {{ unaccompanied('was_unaccompanied_code') }} as unaccompanied,
        {{ disability('has_disability_code') }} as disability,
        is_19_to_21,
        is_19_to_21 and is_suitable as is_19_to_21_in_suitable_accommodation,
        is_19_to_21 and coalesce(in_touch_code = 'YES', false)
            as is_19_to_21_in_touch,
        -- the Care Leavers (England) Regulations 2010, 7: at intervals of not
        -- more than six months
        is_19_to_21 and has_pathway_plans_in_list
            as is_19_to_21_with_pathway_plans,
        is_19_to_21
        and coalesce(
            latest_pathway_plan_date
            between {{ add_months('as_at_date', -6) }} and as_at_date,
            false
        ) as is_19_to_21_with_pathway_plan_reviewed,
        is_17_or_18,
        is_17_or_18 and is_suitable as is_17_or_18_in_suitable_accommodation,
        is_17_or_18 and is_active
            as is_17_or_18_in_education_employment_or_training,
        team_key
    from described
    where is_17_or_18 or is_19_to_21
)

select * from final
