-- One row per open state-funded school with a judgement that counts and month
-- end.
with

schools as (
    select * from {{ ref('hist_school_judgements') }}
),

final as (
    select
        area_code,
        {{ record_key('school', ['area_code', 'urn']) }} as record_key,
        cast(null as string) as child_key,
        month_end as event_date,
        month_end as counted_on,
        'gias+ofsted_mi' as source,
        {{ decided_by({'judged by': 'rating_basis'}) }} as decided_by,
        is_good,
        has_overall_judgement,
        has_overall_judgement and is_good as is_good_overall
    from schools
)

select * from final
