-- One row per indicator and record that it counts, with what the record adds to
-- numerator and denominator. A rate's denominator is the population, so its
-- records carry no denominator amount. Where children are counted, a child
-- counts in a period by its latest record there: its next one supersedes it, as
-- a later leaving of care does. So every basis counts by the same rows.
{%- set halves = {
    'children': "counts = 'children'",
    'others': "counts is distinct from 'children'",
} %}
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

{% for half, condition in halves.items() -%}
{{ half }}_counted as (
    select
        indicators.indicator_id,
        records.area_code,
        records.record_key,
        records.child_key,
        records.event_date,
        records.counted_on,
        records.superseded_on,
        {{ amount_of('records.amounts', 'indicators.numerator') }}
            as numerator_amount,
        {{ amount_of('records.amounts', 'indicators.denominator') }}
            as denominator_amount,
        records.source,
        records.submission_id,
        records.table_name,
        records.row_id,
        records.decided_by,
        {%- for breakdown in record_breakdowns() %}
        records.{{ breakdown }},
        {%- endfor %}
        indicators.kind
    from indicators
    inner join {{ ref('pop_records') }} as records
        on indicators.population = records.population
    where indicators.{{ condition }}
),

{{ half }}_kept as (
    select *
    from {{ half }}_counted
    where
        (kind = 'rate_per_10k' and numerator_amount <> 0)
        or denominator_amount <> 0
),

{% endfor -%}
-- Apart from the beginning: to order all records for those few took half the
-- time, and all records of a country, put aside to be read twice, spill.
children as (
    select
        *,
        lead(counted_on) over (
            partition by indicator_id, area_code, child_key
            order by counted_on, record_key
        ) as superseded_from
    from children_kept
),

others as (
    select
        *,
        superseded_on as superseded_from
    from others_kept
),

followed as (
    select * from children
    union all
    select * from others
),

described as (
    select
        followed.indicator_id,
        followed.area_code,
        followed.record_key,
        followed.child_key,
        followed.event_date,
        followed.counted_on,
        followed.superseded_from as superseded_on,
        -- a mean sums every record of its denominator, one of 0 days too
        coalesce(
            followed.numerator_amount <> 0
            or (
                followed.kind = 'mean'
                and followed.numerator_amount is not null
            ),
            false
        ) as in_numerator,
        followed.numerator_amount,
        followed.denominator_amount,
        followed.source,
        followed.submission_id,
        followed.table_name,
        followed.row_id,
        followed.decided_by,
        {%- for breakdown in record_breakdowns() %}
        followed.{{ breakdown }},
        {%- endfor %}
        {%- for breakdown in child_breakdowns() %}
        children.{{ breakdown }},
        {%- endfor %}
        case
            when children.birth_date is null then null
            when children.birth_date > followed.counted_on then -1
            else {{ age_in_years(
                'children.birth_date', 'followed.counted_on'
            ) }}
        end as age
    from followed
    -- a child without a row of attributes keeps its records: hence the left
    -- join
    left join {{ ref('pop_children') }} as children
        on
            followed.area_code = children.area_code
            and followed.child_key = children.child_key
),

final as (
    select
        described.*,
        {{ age_band('described.age') }} as age_band,
        run.run_id
    from described
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
