-- One row per edition, indicator, area and period on the headline basis: what a
-- chart and the table below it print, rounded once, with the limits of process
-- control. dbt writes the restricted edition; the public one is made of it by
-- the disclosure gate (orchestration/reports/disclosure).
{%- set segment = ['indicator_id', 'area_code', 'segment_from']
    | join(', ') %}
with

figures as (
    select
        figures.*,
        indicators.published_decimals as decimals
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicators') }} as indicators
        on
            figures.indicator_id = indicators.indicator_id
            and figures.basis = indicators.headline_basis
    where figures.breakdown = 'all'
),

newest_breaks as (
    select
        figures.indicator_id,
        figures.area_code,
        figures.period_end,
        max(breaks.break_on) as break_on
    from figures
    inner join {{ ref('dim_method_breaks') }} as breaks
        on
            figures.indicator_id = breaks.indicator_id
            and figures.period_end >= breaks.break_on
    group by
        figures.indicator_id,
        figures.area_code,
        figures.period_end
),

-- figures between two breaks in method belong together; before the first one
-- they form a segment of their own
segmented as (
    select
        figures.*,
        newest_breaks.break_on,
        coalesce(newest_breaks.break_on, date '1900-01-01') as segment_from
    from figures
    left join newest_breaks
        on
            figures.indicator_id = newest_breaks.indicator_id
            and figures.area_code = newest_breaks.area_code
            and figures.period_end = newest_breaks.period_end
),

points as (
    select
        *,
        abs(value - lag(value) over (
            partition by {{ segment }}
            order by period_end
        )) as moving_range
    from segmented
    where value is not null
),

-- a range above 3.267 times their mean is no common variation: left out once
screened as (
    select
        *,
        avg(moving_range) over (partition by {{ segment }}) * 3.267
            as widest_range
    from points
),

levels as (
    select
        indicator_id,
        area_code,
        segment_from,
        count(*) as n_points,
        avg(value) as mean,
        avg(case when moving_range <= widest_range then moving_range end)
        -- XmR: 2.66 mean moving ranges on either side. Neighbouring windows
        -- share all but one of their w months, so their ranges understate how
        -- far a window strays, by the root of half of w: roots of 6 and 18.
        * 2.66
        * max(
            case basis
                when 'rolling12' then 2.449489742783178
                when 'rolling36' then 4.242640687119285
                else 1
            end
        ) as reach
    from screened
    group by
        indicator_id,
        area_code,
        segment_from
),

-- eight in a row on one side of the mean are a shift; windows that share months
-- stay on one side by themselves, so there the rule says nothing
judged as (
    select
        points.indicator_id,
        points.area_code,
        points.period_end,
        case
            when points.value > levels.mean + levels.reach then 'high'
            when points.value < levels.mean - levels.reach then 'low'
            when points.basis in ('rolling12', 'rolling36') then 'common'
            when
                sum(case when points.value > levels.mean then 1 else 0 end)
                    over last_eight
                = 8
                then 'high'
            when
                sum(case when points.value < levels.mean then 1 else 0 end)
                    over last_eight
                = 8
                then 'low'
            else 'common'
        end as variation
    from points
    inner join levels
        on
            points.indicator_id = levels.indicator_id
            and points.area_code = levels.area_code
            and points.segment_from = levels.segment_from
    where levels.n_points >= 8
    window last_eight as (
        partition by
            points.indicator_id, points.area_code, points.segment_from
        order by points.period_end
        rows between 7 preceding and current row
    )
),

final as (
    select
        'restricted' as edition,
        segmented.indicator_id,
        segmented.area_code,
        segmented.basis,
        segmented.period_start,
        segmented.period_end,
        segmented.numerator,
        segmented.denominator,
        {{ printed_value('segmented.value', 'segmented.decimals') }} as value,
        {{ printed_value(
            'segmented.confidence_lower', 'segmented.decimals'
        ) }} as confidence_lower,
        {{ printed_value(
            'segmented.confidence_upper', 'segmented.decimals'
        ) }} as confidence_upper,
        -- judged before rounding: an interval that only rounds to 0 excludes it
        case
            when segmented.confidence_lower > 0 then 'above'
            when segmented.confidence_upper < 0 then 'below'
            when segmented.confidence_lower is not null then 'none'
        end as significance,
        segmented.status,
        segmented.status_reason,
        segmented.source,
        {{ printed_value(
            'segmented.first_reported_value', 'segmented.decimals'
        ) }} as first_reported_value,
        segmented.is_provisional,
        segmented.break_on,
        cast(coalesce(levels.n_points, 0) as integer) as n_points,
        -- under three values say nothing about a usual level, under eight
        -- nothing about its limits
        case
            when levels.n_points >= 3
                then {{ printed_value('levels.mean', 'segmented.decimals') }}
        end as mean,
        case
            when levels.n_points >= 8
                then
                    {{ printed_value(
                        'levels.mean - levels.reach', 'segmented.decimals + 1'
                    ) }}
        end as lower_limit,
        case
            when levels.n_points >= 8
                then
                    {{ printed_value(
                        'levels.mean + levels.reach', 'segmented.decimals + 1'
                    ) }}
        end as upper_limit,
        judged.variation,
        segmented.run_id
    from segmented
    left join levels
        on
            segmented.indicator_id = levels.indicator_id
            and segmented.area_code = levels.area_code
            and segmented.segment_from = levels.segment_from
    left join judged
        on
            segmented.indicator_id = judged.indicator_id
            and segmented.area_code = judged.area_code
            and segmented.period_end = judged.period_end
)

select * from final
