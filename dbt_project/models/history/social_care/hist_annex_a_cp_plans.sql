-- One row per child protection plan of Annex A list 7 that no later list 7 has
-- withdrawn. Only for counting children in need by the lists alone; plans
-- themselves are resolved over all sources in hist_cp_plans.
{{ resolve_intervals(
    entity='annex_a_cp_plan',
    relations=[ref('stg_annex_a__list_7')],
    key=['child_key', 'start_date'],
    columns=['child_key', 'start_date', 'end_date']
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    held_as_at,
    child_key,
    start_date,
    end_date
from resolved
