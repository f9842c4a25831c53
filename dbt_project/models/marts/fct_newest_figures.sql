-- One row per indicator and local authority: the newest figure on the headline
-- basis, and the last value that readers have of it.
with

headline as (
    select
        figures.*,
        row_number() over (
            partition by figures.indicator_id, figures.area_code
            order by figures.period_end desc
        ) as age_rank,
        row_number() over (
            partition by figures.indicator_id, figures.area_code
            order by
                case when figures.value is null then 1 else 0 end,
                figures.period_end desc
        ) as value_rank
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    where figures.breakdown = 'all'
),

newest as (
    select *
    from headline
    where age_rank = 1
),

valued as (
    select *
    from headline
    where value_rank = 1 and value is not null
),

final as (
    select
        newest.indicator_id,
        newest.area_code,
        newest.basis,
        newest.period_start,
        newest.period_end,
        newest.status,
        newest.status_reason,
        valued.value as last_value,
        valued.period_end as last_value_period_end,
        valued.numerator as last_numerator,
        valued.denominator as last_denominator,
        -- a held period has often no value of its own: the last one is kept
        valued.value is not null
        and (
            valued.period_end = newest.period_end or newest.status = 'held'
        ) as has_value,
        newest.run_id
    from newest
    left join valued
        on
            newest.indicator_id = valued.indicator_id
            and newest.area_code = valued.area_code
)

select * from final
