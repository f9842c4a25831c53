-- One row per looked-after child and day of a review: of the days that a return
-- covers as the return that serves them has it, of the others as the lists
-- together do.
{{ resolve_points(
    entity='care_review',
    relations=[ref('stg_ssda903__reviews')],
    event_date='review_date',
    columns=['child_key', 'review_date']
) }},

of_returns as (
    select
        area_code,
        source,
        child_key,
        review_date
    from served
),

of_lists as (
    select distinct
        reviews.area_code,
        reviews.source,
        reviews.child_key,
        reviews.review_date
    from {{ ref('hist_list_8_reviews') }} as reviews
    where not exists (
        select 1
        from {{ ref('hist_covers') }} as covers
        where
            covers.entity = 'care_review'
            and covers.source = 'ssda903'
            and reviews.area_code = covers.area_code
            and reviews.review_date
            between covers.cover_from and covers.cover_to
    )
),

final as (
    select * from of_returns
    union all
    select * from of_lists
)

select * from final
