-- One row per looked-after child, period of care and day of a review that a
-- list 8 gave as the latest and no newer one denies.
{{ resolve_latest_dates(
    entity='care_review',
    relation=ref('stg_annex_a__list_8'),
    key=['child_key', 'start_date'],
    latest_date='latest_review_date',
    seen_as='review_date'
) }}
