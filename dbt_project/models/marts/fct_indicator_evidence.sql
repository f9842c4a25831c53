{{ config(materialized='view') }}
-- One row per computed value and record counted in its denominator (in its
-- numerator, for a rate).
select
    figures.indicator_id,
    figures.area_code,
    figures.basis,
    figures.period_end,
    records.record_key,
    records.child_key,
    records.in_numerator,
    records.numerator_amount,
    records.denominator_amount,
    records.event_date,
    records.source,
    records.submission_id,
    records.table_name,
    records.row_id,
    records.decided_by,
    records.age_band,
    records.sex,
    records.ethnic_group,
    records.primary_need,
    figures.run_id
from {{ published('fct_indicator_values') }} as figures
inner join {{ published('fct_counted_records') }} as records
    on
        figures.indicator_id = records.indicator_id
        and figures.area_code = records.area_code
        and records.counted_on
        between figures.period_start and figures.period_end
        and (
            records.superseded_on is null
            or figures.period_end < records.superseded_on
        )
where
    figures.breakdown = 'all'
    and figures.numerator is not null
