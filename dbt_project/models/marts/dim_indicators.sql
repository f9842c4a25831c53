-- One row per indicator of the registry.
with

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

final as (
    select
        indicators.indicator_id,
        indicators.title,
        coalesce(nullif(indicators.caption, ''), indicators.title) as caption,
        nullif(indicators.printed_with, '') as printed_with,
        indicators.plan,
        indicators.section,
        indicators.position,
        cast(indicators.plan_order as integer) as plan_order,
        indicators.family,
        indicators.population,
        indicators.method,
        indicators.kind,
        indicators.headline_basis,
        indicators.good_is,
        indicators.unit,
        cast(indicators.published_decimals as integer) as published_decimals,
        indicators.definition,
        indicators.numerator_means,
        indicators.denominator_means,
        indicators.caveats,
        indicators.data_owner,
        indicators.benchmark_series,
        indicators.reports,
        indicators.definition_from,
        indicators.inputs,
        indicators.is_public,
        indicators.kind = 'mean'
        and nullif(indicators.suspended_by, '') is not null
            as is_progress_score,
        run.run_id
    from indicators
    cross join {{ ref('stg_run__run') }} as run
)

select * from final
