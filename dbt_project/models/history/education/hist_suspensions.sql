-- One row per suspension, local authority and period for which a measure is not
-- produced nationally, or has ended.
with

stated as (
    select distinct
        suspensions.suspension,
        periods.area_code,
        periods.period_end,
        suspensions.status,
        suspensions.reason
    from {{ ref('suspensions') }} as suspensions
    inner join {{ ref('hist_education_periods') }} as periods
        on suspensions.end_year = periods.end_year
),

everything as (
    select * from stated
    union all
    select * from {{ ref('hist_judgements_ended') }}
)

select * from everything
