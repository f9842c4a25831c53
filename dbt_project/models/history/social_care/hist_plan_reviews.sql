-- One row per child protection plan and day of a review conference that a list
-- 7 gave as the latest and no newer one denies.
{{ resolve_latest_dates(
    entity='cp_review',
    relation=ref('stg_annex_a__list_7'),
    key=['child_key', 'start_date'],
    latest_date='latest_review_date',
    seen_as='review_date'
) }}
