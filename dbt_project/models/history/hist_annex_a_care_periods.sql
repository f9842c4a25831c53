-- One row per period of care of Annex A list 8 that no later list 8 has
-- withdrawn. Gives a chain of episodes its start; the periods themselves are
-- resolved in hist_periods_of_care.
{{ resolve_intervals(
    entity='annex_a_care_period',
    relations=[ref('stg_annex_a__list_8')],
    key=['child_key', 'start_date'],
    columns=['child_key', 'start_date', 'end_date', 'legal_status_code']
) }}

select
    area_code,
    child_key,
    start_date,
    end_date
from resolved
where legal_status_code is null or legal_status_code not in ('V3', 'V4')
