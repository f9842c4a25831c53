-- One row per indicator, local authority, breakdown and group: the counts of
-- the newest figure on the headline basis and of the year before.
with

headline as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code
            order by period_end desc
        ) as age_rank
    from {{ ref('val_headline') }}
),

pairs as (
    select
        newest.indicator_id,
        newest.area_code,
        newest.basis,
        newest.period_end,
        earlier.period_end as period_end_before,
        row_number() over (
            partition by newest.indicator_id, newest.area_code
            order by earlier.period_end desc
        ) as closeness
    from headline as newest
    inner join headline as earlier
        on
            newest.indicator_id = earlier.indicator_id
            and newest.area_code = earlier.area_code
            -- nothing is compared across a break in method
            and newest.break_on is not distinct from earlier.break_on
            and {{ is_a_year_before(
                'earlier.period_end', 'newest.period_end', 'newest.basis'
            ) }}
    where newest.age_rank = 1
),

counts as (
    select
        pairs.indicator_id,
        pairs.area_code,
        pairs.basis,
        pairs.period_end,
        pairs.period_end_before,
        figures.breakdown,
        figures.breakdown_value,
        figures.period_end = pairs.period_end as is_newest,
        figures.numerator,
        figures.denominator
    from pairs
    inner join {{ ref('val_figures') }} as figures
        on
            pairs.indicator_id = figures.indicator_id
            and pairs.area_code = figures.area_code
            and pairs.basis = figures.basis
            and figures.period_end in (
                pairs.period_end, pairs.period_end_before
            )
    where pairs.closeness = 1
),

groups as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        period_end_before,
        breakdown,
        breakdown_value,
        coalesce(sum(numerator) filter (where is_newest), 0) as numerator,
        coalesce(sum(denominator) filter (where is_newest), 0) as denominator,
        coalesce(sum(numerator) filter (where not is_newest), 0)
            as numerator_before,
        coalesce(sum(denominator) filter (where not is_newest), 0)
            as denominator_before
    from counts
    group by
        indicator_id,
        area_code,
        basis,
        period_end,
        period_end_before,
        breakdown,
        breakdown_value
),

final as (
    select
        groups.indicator_id,
        groups.area_code,
        groups.basis,
        indicators.kind,
        groups.period_end,
        groups.period_end_before,
        groups.breakdown,
        groups.breakdown_value,
        groups.numerator,
        groups.denominator,
        groups.numerator_before,
        groups.denominator_before,
        wholes.numerator as whole,
        wholes.denominator as of_whole,
        wholes.numerator_before as whole_before,
        wholes.denominator_before as of_whole_before
    from groups
    inner join {{ ref('stg_run__indicators') }} as indicators
        on groups.indicator_id = indicators.indicator_id
    inner join groups as wholes
        on
            groups.indicator_id = wholes.indicator_id
            and groups.area_code = wholes.area_code
            and wholes.breakdown = 'all'
    where
        groups.breakdown <> 'all'
        and indicators.kind in ('rate_per_10k', 'percentage', 'mean')
        and wholes.denominator > 0
        and wholes.denominator_before > 0
)

select * from final
