-- One row per edition, area and indicator of the standards report: the line of
-- the committee report by phase and group of pupils, with the authority's place
-- among all authorities in the newest published year.
with

lines as (
    select *
    from {{ ref('rpt_committee') }}
    where ' ' || reports || ' ' like '% standards %'
),

indicators as (
    select * from {{ ref('dim_indicators') }}
),

authorities as (
    select
        benchmarks.indicator_id,
        benchmarks.area_code,
        benchmarks.basis,
        benchmarks.period_end,
        benchmarks.value,
        -- as a deficit, so that the best authority always comes first
        case indicators.good_is
            when 'low' then benchmarks.value
            else -benchmarks.value
        end as deficit
    from {{ ref('fct_benchmarks') }} as benchmarks
    inner join indicators
        on benchmarks.indicator_id = indicators.indicator_id
    where
        benchmarks.area_type = 'la'
        and benchmarks.status = 'ok'
        and benchmarks.value is not null
),

placed as (
    select
        *,
        rank() over (
            partition by indicator_id, basis, period_end
            order by deficit
        ) as national_rank,
        count(*) over (
            partition by indicator_id, basis, period_end
        ) as n_ranked
    from authorities
),

cut_points as (
    select
        indicator_id,
        basis,
        period_end,
        percentile_cont(0.25) within group (order by value) as lower_quartile,
        percentile_cont(0.5) within group (order by value) as national_median,
        percentile_cont(0.75) within group (order by value) as upper_quartile
    from authorities
    group by
        indicator_id,
        basis,
        period_end
),

newest as (
    select
        lines.indicator_id,
        lines.area_code,
        lines.published_decimals,
        placed.basis,
        placed.period_end,
        placed.value,
        placed.national_rank,
        placed.n_ranked,
        row_number() over (
            partition by lines.indicator_id, lines.area_code
            order by placed.period_end desc, placed.basis asc
        ) as newest_rank
    from lines
    inner join placed
        on
            lines.indicator_id = placed.indicator_id
            and lines.area_code = placed.area_code
            and lines.period_end >= placed.period_end
),

ranked as (
    select
        newest.*,
        cut_points.lower_quartile,
        cut_points.national_median,
        cut_points.upper_quartile
    from newest
    inner join cut_points
        on
            newest.indicator_id = cut_points.indicator_id
            and newest.basis = cut_points.basis
            and newest.period_end = cut_points.period_end
    where newest.newest_rank = 1
),

final as (
    select
        lines.*,
        case
            when lines.indicator_id like '%ks2%' then 'Key stage 2'
            when
                lines.indicator_id like '%ks4%'
                or lines.indicator_id like '%attainment8%'
                or lines.indicator_id like '%progress8%'
                then 'Key stage 4'
            when lines.indicator_id like '%neet%' then 'After 16'
            else 'All phases'
        end as phase,
        case
            when lines.indicator_id like 'cla_%' then 'Looked-after children'
            when lines.indicator_id like '%disadvantaged%'
                then 'Disadvantaged pupils'
            when
                lines.indicator_id like '%ehcp%'
                or lines.indicator_id like 'sen_%'
                then 'Children with SEND'
            else 'All pupils'
        end as pupil_group,
        cast(ranked.national_rank as integer) as national_rank,
        cast(ranked.n_ranked as integer) as n_ranked,
        case
            when ranked.national_rank * 4 <= ranked.n_ranked then 1
            when ranked.national_rank * 2 <= ranked.n_ranked then 2
            when ranked.national_rank * 4 <= ranked.n_ranked * 3 then 3
            when ranked.national_rank is not null then 4
        end as quartile,
        {{ printed_period('ranked.basis', 'ranked.period_end') }}
            as rank_period,
        {{ printed_value('ranked.value', 'lines.published_decimals') }}
            as ranked_value,
        {{ printed_value(
            'ranked.lower_quartile', 'lines.published_decimals'
        ) }} as lower_quartile,
        {{ printed_value(
            'ranked.national_median', 'lines.published_decimals'
        ) }} as national_median,
        {{ printed_value(
            'ranked.upper_quartile', 'lines.published_decimals'
        ) }} as upper_quartile
    from lines
    left join ranked
        on
            lines.indicator_id = ranked.indicator_id
            and lines.area_code = ranked.area_code
)

select * from final
