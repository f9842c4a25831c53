-- One row per indicator and record that it counts, with what the record adds to
-- numerator and denominator. A rate's denominator is the population, so its
-- records carry no denominator amount. The records of a held indicator are
-- those last published.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

holds as (
    select * from {{ ref('gate_holds') }}
),

free as (
    select
        records.indicator_id,
        records.area_code,
        records.record_key,
        records.child_key,
        records.event_date,
        records.counted_on,
        records.superseded_on,
        records.in_numerator,
        records.numerator_amount,
        records.denominator_amount,
        records.source,
        records.submission_id,
        records.table_name,
        records.row_id,
        records.decided_by,
        records.sex,
        records.age_band,
        records.ethnic_group,
        records.primary_need
    from {{ ref('val_counted_records') }} as records
    left join holds
        on
            records.indicator_id = holds.indicator_id
            and records.area_code = holds.area_code
    where holds.indicator_id is null
),

held as (
    select last_records.*
    from {{ ref('stg_run__last_records') }} as last_records
    inner join holds
        on
            last_records.indicator_id = holds.indicator_id
            and last_records.area_code = holds.area_code
),

everything as (
    select * from free
    union all
    select * from held
),

final as (
    select
        everything.indicator_id,
        everything.area_code,
        everything.record_key,
        everything.child_key,
        everything.event_date,
        everything.counted_on,
        everything.superseded_on,
        everything.in_numerator,
        everything.numerator_amount,
        everything.denominator_amount,
        everything.source,
        everything.submission_id,
        everything.table_name,
        everything.row_id,
        everything.decided_by,
        everything.age_band,
        coalesce(everything.sex, 'not recorded') as sex,
        coalesce(everything.ethnic_group, 'not recorded') as ethnic_group,
        everything.primary_need,
        run.run_id
    from everything
    cross join run
)

select * from final
