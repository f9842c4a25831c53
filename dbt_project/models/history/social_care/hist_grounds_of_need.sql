-- One row per ground on which a child counts as in need: an episode of the
-- census; in Annex A a case of list 6, a plan of list 7, a period of care of
-- list 8 or, for the as-at date only, a care leaver of list 9
-- (docs/social_care.md, 'Children in need').
with

census_episodes as (
    select
        area_code,
        source,
        {{ record_key('cin_episode', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        1 as ground_rank,
        start_date,
        end_date,
        {{ place_of_row('cin_details') }} as held_in,
        held_as_at,
        need_code
    from {{ ref('hist_census_cin_episodes') }}
),

cases as (
    select
        area_code,
        source,
        {{ record_key('cin_episode', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        1 as ground_rank,
        start_date,
        end_date,
        {{ place_of_row('list_6') }} as held_in,
        held_as_at,
        need_code
    from {{ ref('hist_annex_a_cin_episodes') }}
    where
        (not is_closed or end_date is not null)
        and not {{ is_unread(['case_status_code']) }}
),

plans as (
    select
        area_code,
        source,
        {{ record_key('cp_plan', ['child_key', 'start_date']) }} as record_key,
        child_key,
        2 as ground_rank,
        start_date,
        end_date,
        {{ place_of_row('list_7') }} as held_in,
        held_as_at,
        cast(null as string) as need_code
    from {{ ref('hist_annex_a_cp_plans') }}
),

periods_of_care as (
    select
        area_code,
        source,
        {{ record_key('period_of_care', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        3 as ground_rank,
        start_date,
        end_date,
        {{ place_of_row('list_8') }} as held_in,
        held_as_at,
        need_code
    from {{ ref('hist_annex_a_care_periods') }}
),

-- a state is true on its as-at date alone: it begins there, is held no longer
care_leavers as (
    select
        serving.area_code,
        serving.source,
        {{ record_key('care_leaver', ['leavers.child_key']) }} as record_key,
        leavers.child_key,
        4 as ground_rank,
        serving.as_at_date as start_date,
        cast(null as date) as end_date,
        {{ place_of_row('list_9', of='leavers') }} as held_in,
        serving.as_at_date as held_as_at,
        cast(null as string) as need_code
    from {{ ref('stg_annex_a__list_9') }} as leavers
    inner join {{ ref('hist_serving_submissions') }} as serving
        on leavers.submission_id = serving.submission_id
    where
        leavers.eligibility_code = 'former_relevant'
        and coalesce(leavers.in_touch_code, '') not in ('DIED', 'RHOM')
        and not {{ is_unread(['in_touch_code'], of='leavers') }}
),

grounds as (
    select * from census_episodes
    union all
    select * from cases
    union all
    select * from plans
    union all
    select * from periods_of_care
    union all
    select * from care_leavers
)

select * from grounds
