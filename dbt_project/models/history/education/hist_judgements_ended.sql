-- One row per local authority and month end at which fewer than 80% of its
-- inspected schools still have a judgement of overall effectiveness: the
-- headline has ended there (docs/education.md, 'Schools').
with

counts as (
    select
        area_code,
        month_end,
        count(*) as n_schools,
        sum(case when has_overall_judgement then 1 else 0 end) as n_covered
    from {{ ref('hist_school_judgements') }}
    group by
        area_code,
        month_end
),

ended as (
    select
        'overall_effectiveness' as suspension,
        area_code,
        month_end as period_end,
        'discontinued' as status,
        'Ofsted stopped giving overall grades; '
        || cast(n_covered as string) || ' of ' || cast(n_schools as string)
        || ' inspected schools still have one' as reason
    from counts
    where 100 * n_covered < 80 * n_schools
)

select * from ended
