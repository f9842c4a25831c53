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
        records.in_numerator,
        records.numerator_amount,
        records.denominator_amount,
        records.previous_counted_on,
        records.source
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
        everything.*,
        run.run_id
    from everything
    cross join run
)

select * from final
