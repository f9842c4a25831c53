-- One row per edition, area and indicator of the committee report: the line of
-- its table. dbt writes the restricted edition; the public one is made of it by
-- the disclosure gate (orchestration/reports/disclosure).
{%- set comparators = [
    'outer_london', 'london', 'statistical_neighbours', 'england'
] %}
with

run as (
    select runs.*
    from {{ ref('dim_runs') }} as runs
    where runs.run_id in (
        select members.run_id
        from {{ ref('dim_indicators') }} as members
    )
),

members as (
    select *
    from {{ ref('dim_indicators') }}
    where
        ' ' || reports || ' ' like '% committee %'
        -- the earlier plan's measures are in the report's annex
        or ' ' || reports || ' ' like '% annex %'
        -- a page of its own, for officers
        or ' ' || reports || ' ' like '% practice %'
),

areas as (
    select distinct area_code
    from {{ ref('fct_indicator_values') }}
),

figures as (
    select *
    from {{ ref('rpt_figures') }}
    where edition = 'restricted'
),

-- while an indicator is held, the last good value is shown with its own period
held_values as (
    select distinct
        indicator_id,
        area_code
    from figures
    where status = 'held' and value is not null
),

ranked as (
    select
        figures.*,
        row_number() over (
            partition by figures.indicator_id, figures.area_code
            order by
                case
                    when
                        held_values.indicator_id is not null
                        and figures.status = 'held'
                        and figures.value is null
                        then 1
                    else 0
                end,
                figures.period_end desc
        ) as age_rank
    from figures
    left join held_values
        on
            figures.indicator_id = held_values.indicator_id
            and figures.area_code = held_values.area_code
),

newest as (
    select *
    from ranked
    where age_rank = 1
),

last_valued as (
    select
        indicator_id,
        area_code,
        max(period_end) as period_end
    from figures
    where value is not null
    group by
        indicator_id,
        area_code
),

-- every indicator of the register has a line in every area, come what may: the
-- report may not be silent about a row that should have been there
lines as (
    select
        members.indicator_id,
        members.title,
        members.section,
        members.position,
        members.reports,
        members.kind,
        members.unit,
        members.good_is,
        members.published_decimals,
        members.headline_basis as basis,
        members.benchmark_series,
        areas.area_code,
        coalesce(newest.period_start, run.as_at) as period_start,
        coalesce(newest.period_end, run.as_at) as period_end,
        newest.numerator,
        newest.denominator,
        newest.value,
        coalesce(newest.status, 'no_data') as status,
        case
            when newest.status is null then 'the warehouse has no row'
            else newest.status_reason
        end as status_reason,
        coalesce(newest.is_provisional, false) as is_provisional,
        newest.break_on,
        coalesce(newest.n_compared, 0) as n_compared,
        newest.compared_from,
        newest.compared_to,
        newest.usual,
        newest.change,
        newest.lower_limit,
        newest.upper_limit,
        run.as_at,
        run.run_id
    from members
    cross join areas
    cross join run
    left join newest
        on
            members.indicator_id = newest.indicator_id
            and areas.area_code = newest.area_code
),

years_before as (
    select
        lines.indicator_id,
        lines.area_code,
        figures.period_end,
        figures.value,
        figures.status,
        figures.break_on,
        row_number() over (
            partition by lines.indicator_id, lines.area_code
            order by figures.period_end desc
        ) as closeness
    from lines
    inner join figures
        on
            lines.indicator_id = figures.indicator_id
            and lines.area_code = figures.area_code
            and {{ is_a_year_before(
                'figures.period_end', 'lines.period_end', 'lines.basis'
            ) }}
),

-- of several neighbour models the newest with a figure
candidates as (
    select
        lines.indicator_id,
        lines.area_code,
        comparisons.comparator,
        comparisons.value,
        comparisons.basis,
        comparisons.period_label,
        comparisons.neighbour_model,
        comparisons.n_available,
        row_number() over (
            partition by
                lines.indicator_id, lines.area_code, comparisons.comparator
            order by
                comparisons.neighbour_model desc,
                comparisons.period_end desc,
                comparisons.basis asc
        ) as candidate_rank
    from lines
    inner join {{ ref('rpt_comparisons') }} as comparisons
        on
            lines.indicator_id = comparisons.indicator_id
            and lines.period_end >= comparisons.period_end
    where comparisons.value is not null
),

compared as (
    select *
    from candidates
    where candidate_rank = 1
),

-- what an owner said a year ago says nothing of the figure of today
commented as (
    select comments.*
    from {{ ref('fct_indicator_comments') }} as comments
    cross join run
    where
        comments.as_at <= run.as_at
        and comments.as_at > {{ add_months('run.as_at', -12) }}
    qualify row_number() over (
        partition by comments.indicator_id, comments.area_code
        order by comments.as_at desc
    ) = 1
),

-- no colour from a value that is not there, and none without a target
judged as (
    select
        lines.*,
        targets.target,
        targets.origin as target_origin,
        targets.agreed_by as target_agreed_by,
        targets.agreed_on as target_agreed_on,
        targets.near_within,
        targets.far_within,
        targets.polarity,
        case targets.polarity
            when 'low' then lines.value - targets.target
            else targets.target - lines.value
        end as shortfall,
        years_before.period_end as year_before_period_end,
        case
            when
                coalesce(years_before.break_on, lines.as_at)
                = coalesce(lines.break_on, lines.as_at)
                then years_before.value
        end as year_before_value,
        case
            when
                coalesce(years_before.break_on, lines.as_at)
                <> coalesce(lines.break_on, lines.as_at)
                then 'break_in_method'
            else years_before.status
        end as year_before_status,
        case
            when
                lines.kind = 'rate_per_10k'
                and coalesce(lines.numerator, 0) < 6
                then true
            when
                lines.kind <> 'rate_per_10k'
                and coalesce(lines.denominator, 0) < 20
                then true
            else false
        end as is_too_small
    from lines
    left join {{ ref('dim_targets') }} as targets
        on
            lines.area_code = targets.area_code
            and lines.indicator_id = targets.indicator_id
            and lines.period_end >= targets.valid_from
            and lines.period_end
            <= coalesce(targets.valid_to, lines.period_end)
    left join years_before
        on
            lines.indicator_id = years_before.indicator_id
            and lines.area_code = years_before.area_code
            and years_before.closeness = 1
),

-- a change is said only where every figure printed with the word agrees
changed as (
    select
        *,
        case
            when
                change = 'higher'
                and value > usual
                and value > coalesce(year_before_value, usual)
                then 'high'
            when
                change = 'lower'
                and value < usual
                and value < coalesce(year_before_value, usual)
                then 'low'
        end as moved_to
    from judged
),

final as (
    select
        'restricted' as edition,
        lines.area_code,
        lines.indicator_id,
        lines.position,
        lines.title,
        lines.section,
        lines.reports,
        lines.unit,
        lines.published_decimals,
        lines.basis,
        lines.period_start,
        lines.period_end,
        {{ age_in_months('lines.period_end', 'lines.as_at') }}
            as period_age_months,
        lines.numerator,
        lines.denominator,
        lines.value,
        lines.status,
        lines.status_reason,
        lines.is_provisional,
        case
            when lines.value is null then last_valued.period_end
        end as last_value_period_end,
        lines.year_before_period_end,
        lines.year_before_value,
        lines.year_before_status,
        case
            when lines.value is null then 'not judged'
            when lines.n_compared = 0 then 'not judged'
            when lines.is_too_small then 'not judged'
            when lines.moved_to is null then 'no change'
            when lines.good_is = 'neutral' then lines.moved_to || 'er'
            when lines.good_is = lines.moved_to then 'better'
            else 'worse'
        end as direction,
        case
            when lines.value is null then 'no value'
            when lines.status = 'held' then 'held'
            when lines.n_compared = 0
                then
                    'too few earlier years to compare with'
                    || case
                        when lines.break_on is not null
                            then ' since the break in method'
                        else ''
                    end
            when lines.is_too_small then 'too few cases'
        end as direction_reason,
        lines.n_compared,
        lines.compared_from,
        lines.compared_to,
        lines.usual,
        case
            when lines.target is null then 'no target'
            when lines.value is null or lines.n_compared = 0 then 'not judged'
            when lines.polarity = 'high' and lines.lower_limit >= lines.target
                then 'always meets the target'
            when lines.polarity = 'low' and lines.upper_limit <= lines.target
                then 'always meets the target'
            when lines.polarity = 'high' and lines.upper_limit < lines.target
                then 'never meets the target'
            when lines.polarity = 'low' and lines.lower_limit > lines.target
                then 'never meets the target'
            else 'sometimes meets the target'
        end as assurance,
        lines.target,
        case
            when lines.target is null then 'Monitor'
            when lines.value is null then 'Not judged'
            when lines.shortfall <= 0 then 'Green'
            when
                {{ printed_value('lines.shortfall', 3) }} <= lines.near_within
                and lines.far_within is null
                then 'Amber'
            when
                {{ printed_value('lines.shortfall', 3) }} <= lines.near_within
                then 'Green-amber'
            when
                {{ printed_value('lines.shortfall', 3) }} <= lines.far_within
                then 'Red-amber'
            else 'Red'
        end as rag,
        lines.target_origin,
        lines.target_agreed_by,
        lines.target_agreed_on,
        lines.break_on,
        breaks.reason as break_reason,
        commented.comment,
        commented.as_at as commented_on,
        commented.supplied_by as commented_by,
        commented.released_by,
        {%- for comparator in comparators %}
        {{- comparator_columns(comparator) }}
        {%- endfor %}
        statistical_neighbours.n_available as statistical_neighbours_available,
        statistical_neighbours.neighbour_model,
        lines.run_id
    from changed as lines
    left join last_valued
        on
            lines.indicator_id = last_valued.indicator_id
            and lines.area_code = last_valued.area_code
    left join commented
        on
            lines.indicator_id = commented.indicator_id
            and lines.area_code = commented.area_code
    left join {{ ref('dim_method_breaks') }} as breaks
        on
            lines.indicator_id = breaks.indicator_id
            and lines.break_on = breaks.break_on
    {%- for comparator in comparators %}
    {{- comparator_join(comparator) }}
    {%- endfor %}
)

select * from final
