-- One row per looked-after child, period of care and day of a visit that a list
-- 8 gave as the latest and no newer one denies. No list has the visits
-- between two latest ones.
{{ resolve_latest_dates(
    entity='care_visit',
    relation=ref('stg_annex_a__list_8'),
    key=['child_key', 'start_date'],
    latest_date='latest_visit_date',
    seen_as='visit_date'
) }}
