-- One row per child of the returns on children looked after: the date of birth
-- in the newest submission that holds one, the statutory return first; none
-- where there is one, but in no return could it be read.
-- pop_children asks every return; a measure that rests on an age asks only
-- those it counts.
with

observed as (
    select
        submission_id,
        child_key,
        birth_date
    from {{ ref('stg_ssda903__header') }}
    where birth_date is not null or {{ is_unread(['birth_date']) }}
    union all
    select
        submission_id,
        child_key,
        birth_date
    from {{ ref('stg_annex_a__list_8') }}
    where birth_date is not null or {{ is_unread(['birth_date']) }}
),

ranked as (
    select
        observed.child_key,
        observed.birth_date,
        row_number() over (
            partition by observed.child_key
            order by
                case when observed.birth_date is null then 2 else 1 end,
                serving.as_at_date desc,
                case when serving.source = 'annex_a' then 2 else 1 end,
                observed.birth_date
        ) as newest_rank
    from observed
    inner join {{ ref('hist_serving_submissions') }} as serving
        on observed.submission_id = serving.submission_id
),

newest as (
    select
        child_key,
        birth_date,
        birth_date is null as is_unread
    from ranked
    where newest_rank = 1
)

select * from newest
