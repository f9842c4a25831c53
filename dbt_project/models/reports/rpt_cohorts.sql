-- One row per local authority, cohort, month, step and number of months, as
-- printed, rounded once. Of the restricted edition only: a month's cohort is of
-- few children.
select
    'restricted' as edition,
    area_code,
    cohort,
    month_end,
    step,
    step_order,
    within_months,
    numerator,
    denominator,
    {{ printed_value('share', '1') }} as share,
    status,
    status_reason,
    run_id
from {{ ref('fct_cohorts') }}
