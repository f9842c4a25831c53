-- One row per indicator of education, local authority and period that is asked
-- for, with what decides its status apart from cover: when its source is due,
-- whether it is produced at all, and the national figure of a gap.
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

periods as (
    select
        entity,
        basis,
        area_code,
        end_year,
        period_start,
        period_end,
        expected_by,
        national_expected_by
    from {{ ref('hist_education_periods') }}
    union all
    select
        'school' as entity,
        'snapshot' as basis,
        areas.area_code,
        cast(null as integer) as end_year,
        month_ends.month_end as period_start,
        month_ends.month_end as period_end,
        cast(null as date) as expected_by,
        cast(null as date) as national_expected_by
    from {{ ref('hist_month_ends') }} as month_ends
    cross join {{ ref('stg_run__areas') }} as areas
),

england as (
    select
        series_id,
        period_end,
        value
    from {{ ref('hist_published_figures') }}
    where dfe_code = '970' and basis = 'academic_year' and status = 'ok'
),

asked_for as (
    select
        indicators.indicator_id,
        indicators.covers as entity,
        indicators.suspended_by,
        indicators.national_series,
        indicators.kind,
        periods.area_code,
        periods.basis,
        periods.period_start,
        periods.period_end,
        periods.end_year,
        periods.expected_by,
        periods.national_expected_by
    from indicators
    inner join {{ ref('stg_run__bases') }} as bases
        on indicators.indicator_id = bases.indicator_id
    inner join periods
        on
            indicators.covers = periods.entity
            and bases.basis = periods.basis
),

computed as (
    select
        asked_for.indicator_id,
        asked_for.entity,
        asked_for.area_code,
        asked_for.basis,
        asked_for.period_start,
        asked_for.period_end,
        asked_for.end_year,
        asked_for.expected_by,
        asked_for.national_expected_by,
        england.value as national_value,
        suspended.status as suspension_status,
        suspended.reason as suspension_reason,
        provisional.period_end is not null as is_release_provisional,
        deviations.deviation as score_deviation,
        cast(null as string) as supplied_status,
        cast(null as string) as supplied_reason,
        cast(null as double) as supplied_numerator,
        cast(null as double) as supplied_denominator,
        cast(null as double) as supplied_value,
        cast(null as string) as supplied_source
    from asked_for
    left join england
        on
            asked_for.national_series = england.series_id
            and asked_for.period_end = england.period_end
    left join {{ ref('hist_suspensions') }} as suspended
        on
            asked_for.suspended_by = suspended.suspension
            and asked_for.area_code = suspended.area_code
            and asked_for.period_end = suspended.period_end
    left join {{ ref('score_deviations') }} as deviations
        on
            asked_for.suspended_by = deviations.measure
            and asked_for.kind = 'mean'
            and asked_for.end_year = deviations.academic_year
    left join {{ ref('education_rounds') }} as entities
        on
            asked_for.entity = entities.entity
            and asked_for.basis = entities.basis
            and asked_for.basis = 'academic_year'
    left join {{ ref('hist_provisional_rounds') }} as provisional
        on
            entities.held_by = provisional.entity
            and asked_for.area_code = provisional.area_code
            and asked_for.period_end = provisional.period_end
),

final as (
    select * from computed
    union all
    select
        indicator_id,
        '' as entity,
        area_code,
        basis,
        period_start,
        period_end,
        cast(null as integer) as end_year,
        cast(null as date) as expected_by,
        cast(null as date) as national_expected_by,
        cast(null as double) as national_value,
        cast(null as string) as suspension_status,
        cast(null as string) as suspension_reason,
        false as is_release_provisional,
        cast(null as double) as score_deviation,
        supplied_status,
        supplied_reason,
        supplied_numerator,
        supplied_denominator,
        supplied_value,
        supplied_source
    from {{ ref('hist_supplied_figures') }}
)

select * from final
