-- One row per indicator, local authority, basis, period and breakdown value.
-- All arithmetic of the indicators is here and nowhere else; nothing is
-- rounded, suppressed or compared.
{%- set breakdowns = ['age_band'] + child_breakdowns()
    + record_breakdowns() %}
{%- set period = ['indicator_id', 'area_code', 'basis', 'period_end']
    | join(',\n        ') %}
with

run as (
    select * from {{ ref('stg_run__run') }}
),

indicators as (
    select * from {{ ref('stg_run__indicators') }}
),

grid as (
    select * from {{ ref('hist_grid') }}
),

records as (
    select * from {{ ref('val_counted_records') }}
),

-- the finest cells first, so that each breakdown has few rows to add up; what
-- nobody has recorded is a value, too
cells as (
    select
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_end,
        {%- for breakdown in breakdowns %}
        coalesce(records.{{ breakdown }}, 'not recorded') as {{ breakdown }},
        {%- endfor %}
        sum(records.numerator_amount) as numerator,
        sum(records.denominator_amount) as denominator,
        sum(case when records.numerator_amount is null then 1 else 0 end)
            as n_unknown
    from grid
    inner join records
        on
            grid.indicator_id = records.indicator_id
            and grid.area_code = records.area_code
            and records.counted_on between grid.period_start and grid.period_end
            and (
                records.superseded_on is null
                or grid.period_end < records.superseded_on
            )
    group by
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_end,
        records.{{ breakdowns | join(',\n        records.') }}
),

-- no attribute is null, so a null is one that a total leaves out (sqlfluff's
-- DuckDB knows no grouping sets)
labelled as (
    select
        {{ period }},
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
            else 'all'
        end as breakdown,
        coalesce({{ breakdowns | join(', ') }}, 'all') as breakdown_value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n_unknown) as n_unknown
    from cells
    group by
        grouping sets ( -- noqa: PRS,LT02
            ({{ period }}),
            {%- for breakdown in breakdowns %}
            ({{ period }}, {{ breakdown }}){{ ',' if not loop.last }}
            {%- endfor %}
        )
),

distinct_sources as (
    select distinct
        grid.indicator_id,
        grid.area_code,
        grid.basis,
        grid.period_end,
        records.source
    from grid
    inner join records
        on
            grid.indicator_id = records.indicator_id
            and grid.area_code = records.area_code
            and grid.period_end = records.counted_on
    where grid.basis = 'snapshot'
),

counted_sources as (
    select
        indicator_id,
        area_code,
        basis,
        period_end,
        {{ joined('source', "'+'") }} as counted_sources
    from distinct_sources
    group by
        indicator_id,
        area_code,
        basis,
        period_end
),

totals as (
    select
        grid.*,
        indicators.kind,
        indicators.gap_of,
        indicators.unknown_amount_means,
        indicators.zero_means_not_recorded,
        run.knowledge_date,
        coalesce(labelled.n_unknown, 0) as n_unknown,
        coalesce(labelled.numerator, 0) as numerator,
        case
            when indicators.kind = 'rate_per_10k' then grid.population
            else coalesce(labelled.denominator, 0)
        end as denominator,
        coalesce(
            counted_sources.counted_sources,
            grid.serving_sources,
            grid.supplied_source
        ) as source
    from grid
    cross join run
    inner join indicators
        on grid.indicator_id = indicators.indicator_id
    left join labelled
        on
            grid.indicator_id = labelled.indicator_id
            and grid.area_code = labelled.area_code
            and grid.basis = labelled.basis
            and grid.period_end = labelled.period_end
            and labelled.breakdown = 'all'
    left join counted_sources
        on
            grid.indicator_id = counted_sources.indicator_id
            and grid.area_code = counted_sources.area_code
            and grid.basis = counted_sources.basis
            and grid.period_end = counted_sources.period_end
),

-- docs/figures.md, 'Statuses': the first that applies
judged as (
    select
        *,
        case
            when supplied_status is not null then supplied_status
            when suspension_status is not null then suspension_status
            when not is_period_end_covered and knowledge_date < expected_by
                then 'awaiting_release'
            when not is_period_end_covered then 'no_data'
            when kind = 'rate_per_10k' and denominator is null then 'no_data'
            when not is_window_covered then 'insufficient_history'
            when n_unknown > 0 then 'no_data'
            when denominator = 0 then 'not_applicable'
            when zero_means_not_recorded and numerator = 0 then 'not_recorded'
            when
                kind = 'gap'
                and national_value is null
                and knowledge_date < national_expected_by
                then 'awaiting_release'
            when kind = 'gap' and national_value is null then 'no_data'
            else 'ok'
        end as status
    from totals
),

explained as (
    select
        *,
        case
            when supplied_status is not null then supplied_reason
            when status = suspension_status then suspension_reason
            when status = 'awaiting_release' and not is_period_end_covered
                then 'expected by ' || cast(expected_by as string)
            when status = 'awaiting_release'
                then
                    'the national figure is expected by '
                    || cast(national_expected_by as string)
            when status = 'no_data' and is_period_end_covered and n_unknown > 0
                then
                    unknown_amount_means || ' '
                    || cast(end_year - 1 as string) || '/'
                    || substr(cast(end_year as string), 3, 2)
            when status = 'no_data' and is_period_end_covered and kind = 'gap'
                then 'no national figure for the period'
            when status = 'no_data' and not is_period_end_covered
                then
                    'no submission covers '
                    || cast(period_end as string)
            when status = 'no_data'
                then
                    'no population estimate for the year '
                    || cast(wanted_mid_year as string) || ' or before'
            when status = 'insufficient_history'
                then
                    'not covered from '
                    || cast(first_uncovered_day as string)
            when status = 'not_applicable'
                then 'nothing to count in the period'
            when status = 'not_recorded'
                then 'none recorded: the category may not be in use'
        end as status_reason,
        status in ('ok', 'not_applicable', 'not_recorded')
        or (status = 'discontinued' and is_period_end_covered) as is_computed
    from judged
),

breakdowns as (
    select
        explained.*,
        labelled.breakdown,
        labelled.breakdown_value,
        labelled.numerator as breakdown_numerator,
        case
            when explained.kind = 'rate_per_10k'
                then
                    {{ amount_of(
                        'explained.group_populations',
                        group_key(
                            'labelled.breakdown', 'labelled.breakdown_value'
                        )
                    ) }}
            else labelled.denominator
        end as breakdown_denominator
    from explained
    inner join labelled
        on
            explained.indicator_id = labelled.indicator_id
            and explained.area_code = labelled.area_code
            and explained.basis = labelled.basis
            and explained.period_end = labelled.period_end
    inner join {{ ref('stg_run__breakdowns') }} as issued
        on
            labelled.indicator_id = issued.indicator_id
            and labelled.breakdown = issued.breakdown
    where explained.status = 'ok'
),

everything as (
    select
        indicator_id,
        area_code,
        basis,
        period_start,
        period_end,
        'all' as breakdown,
        'all' as breakdown_value,
        kind,
        coalesce(gap_of, kind) as scaled_as,
        case when kind = 'gap' then national_value end as compared_with,
        supplied_value,
        denominator as whole_denominator,
        population_year,
        case
            when supplied_status is not null then supplied_numerator
            when is_computed then numerator
        end as numerator,
        case
            when supplied_status is not null then supplied_denominator
            when is_computed then denominator
        end as denominator,
        status,
        status_reason,
        source,
        is_population_provisional,
        is_release_provisional,
        score_deviation
    from explained
    union all
    select
        indicator_id,
        area_code,
        basis,
        period_start,
        period_end,
        breakdown,
        breakdown_value,
        kind,
        coalesce(gap_of, kind) as scaled_as,
        case when kind = 'gap' then national_value end as compared_with,
        supplied_value,
        denominator as whole_denominator,
        case
            when breakdown_denominator is not null then groups_year
        end as population_year,
        breakdown_numerator as numerator,
        breakdown_denominator as denominator,
        -- of a group that nobody has counted there is no rate of its own
        case
            when breakdown_denominator is null then 'not_applicable'
            else status
        end as status,
        case
            when breakdown_denominator is null
                then 'no population of this group'
            else status_reason
        end as status_reason,
        source,
        is_population_provisional
        or (
            breakdown_denominator is not null and groups_year <> wanted_mid_year
        ) as is_population_provisional,
        is_release_provisional,
        score_deviation
    from breakdowns
),

-- six months make half a year: the count stays as counted
scaled as (
    select
        *,
        case basis when 'six_month_annualised' then 2 else 1 end
        * case scaled_as
            when 'rate_per_10k' then 10000
            when 'percentage' then 100
            else 1
        end as scale
    from everything
),

valued as (
    select
        *,
        case
            when status = 'ok' and supplied_value is not null
                then supplied_value
            when status = 'ok' and scaled_as = 'count'
                then cast(numerator as double)
            when status = 'ok'
                then
                    cast(numerator as double)
                    / nullif(denominator, 0)
                    * scale
                    - coalesce(compared_with, 0)
        end as value,
        -- of all children of the area, so that the parts add up to the whole
        case
            when kind = 'rate_per_10k'
                then
                    cast(numerator as double)
                    / nullif(whole_denominator, 0)
                    * scale
        end as share_of_rate,
        -- 95%, by the national deviation of pupils' scores (docs/figures.md,
        -- 'Confidence intervals')
        case
            when status = 'ok'
                then
                    1.96 * score_deviation
                    / nullif(sqrt(cast(denominator as double)), 0)
        end as confidence_margin
    from scaled
),

final as (
    select
        valued.indicator_id,
        valued.area_code,
        valued.basis,
        valued.period_start,
        valued.period_end,
        valued.breakdown,
        valued.breakdown_value,
        cast(valued.numerator as double) as numerator,
        cast(valued.denominator as double) as denominator,
        valued.value,
        valued.share_of_rate,
        case
            when valued.kind = 'rate_per_10k' and valued.denominator is not null
                then cast(valued.population_year as integer)
        end as population_year,
        valued.value - valued.confidence_margin as confidence_lower,
        valued.value + valued.confidence_margin as confidence_upper,
        valued.status,
        valued.status_reason,
        case
            when
                valued.status in ('no_data', 'not_produced', 'awaiting_release')
                then null
            else valued.source
        end as source,
        -- what was here for a group before it had a population was a share
        case
            when
                valued.kind <> 'rate_per_10k'
                or valued.breakdown = 'all'
                or valued.value is not null
                then
                    coalesce(
                        first_reported.first_reported_value,
                        case
                            when run.records_first_reported then valued.value
                        end
                    )
        end as first_reported_value,
        coalesce(
            valued.kind = 'rate_per_10k'
            and valued.status in ('ok', 'not_applicable')
            and valued.is_population_provisional,
            false
        )
        or (
            coalesce(valued.is_release_provisional, false)
            and valued.numerator is not null
        ) as is_provisional,
        run.run_id
    from valued
    cross join run
    left join {{ ref('stg_run__first_reported') }} as first_reported
        on
            valued.indicator_id = first_reported.indicator_id
            and valued.area_code = first_reported.area_code
            and valued.basis = first_reported.basis
            and valued.period_end = first_reported.period_end
            and valued.breakdown = first_reported.breakdown
            and valued.breakdown_value = first_reported.breakdown_value
)

select * from final
