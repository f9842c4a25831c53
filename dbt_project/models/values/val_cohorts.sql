-- One row per local authority, cohort, month, step and number of months: how
-- many of those who began in the month reached the step within the months. A
-- cohort is followed only as far as the extracts cover (docs/practice.md,
-- 'Cohorts').
{%- set followed_steps = [
    ('referrals_followed', 'assessed'),
    ('referrals_followed', 'section 47 enquiry'),
    ('referrals_followed', 'initial conference'),
    ('referrals_followed', 'child protection plan'),
    ('referrals_followed', 'looked after'),
    ('referrals_followed', 'referred again'),
    ('entrants_followed', 'left care'),
    ('entrants_followed', 'returned home'),
    ('entrants_followed', 'special guardianship'),
    ('entrants_followed', 'adopted'),
    ('entrants_followed', 'left another way')
] %}
with

spans as (
    select * from {{ ref('hist_covered_spans') }}
),

steps as (
    select
        cohort_steps.*,
        cohort_months.within_months
    from {{ ref('cohort_steps') }} as cohort_steps
    inner join {{ ref('cohort_months') }} as cohort_months
        on cohort_steps.cohort = cohort_months.cohort
),

-- of a referral it is always known what followed, as far as the days are
-- covered; of an open period of care only until it was last seen
referrals_followed as (
    select
        *,
        cast(null as date) as known_until
    from {{ ref('pop_referrals_followed') }}
),

entrants_followed as (
    select * from {{ ref('pop_entrants_followed') }}
),

followed as (
    {%- for population, step in followed_steps %}
    select
        '{{ population }}' as population,
        '{{ step }}' as step,
        area_code,
        event_date,
        month_end,
        {{ step | replace(' ', '_') }}_on as reached_on,
        known_until
    from {{ population }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- from the first month that any extract of the area covers: an extract holds
-- months before its own; of an area without one, the months of the grid
first_days as (
    select
        spans.area_code,
        min(spans.span_from) as first_day
    from spans
    inner join steps
        on spans.entity = steps.begins
    group by spans.area_code
),

month_ends as (
    select
        min(month_end) as first_end,
        max(month_end) as last_end
    from {{ ref('hist_month_ends') }}
),

months as (
    select
        areas.area_code,
        calendar.calendar_day as month_end,
        cast(
            {{ dbt.date_trunc('month', 'calendar.calendar_day') }} as date
        ) as month_start
    from {{ ref('stg_run__areas') }} as areas
    cross join month_ends
    left join first_days
        on areas.area_code = first_days.area_code
    inner join {{ ref('hist_calendar') }} as calendar
        on
            coalesce(first_days.first_day, month_ends.first_end)
            <= calendar.calendar_day
            and month_ends.last_end >= calendar.calendar_day
    where
        extract(
            day from {{ add_days('calendar.calendar_day', 1) }}
        ) = 1
),

grid as (
    select
        steps.*,
        months.area_code,
        months.month_start,
        months.month_end,
        {{ add_months('months.month_end', 'steps.within_months') }}
            as followed_to
    from steps
    cross join months
),

-- a span holds a day or not, so no join can multiply rows
covered as (
    select
        grid.*,
        coalesce(
            {{ add_days('beginnings.span_to', 1) }}, grid.month_start
        ) as beginnings_unknown_from,
        coalesce(
            {{ add_days('reached.span_to', 1) }}, grid.month_start
        ) as reached_unknown_from
    from grid
    left join spans as beginnings
        on
            grid.begins = beginnings.entity
            and grid.area_code = beginnings.area_code
            and grid.month_start
            between beginnings.span_from and beginnings.span_to
    left join spans as reached
        on
            grid.reaches = reached.entity
            and grid.area_code = reached.area_code
            and grid.month_start
            between reached.span_from and reached.span_to
),

-- what was last seen open before the months were over has an end that nobody
-- knows: it is left out
counted as (
    select
        steps.cohort,
        steps.step,
        steps.within_months,
        followed.area_code,
        followed.month_end,
        sum(
            case
                when
                    followed.reached_on <= {{ add_months(
                        'followed.event_date', 'steps.within_months'
                    ) }}
                    then 1
                else 0
            end
        ) as numerator,
        count(*) as denominator
    from followed
    inner join steps
        on
            followed.population = steps.population
            and followed.step = steps.step
    where
        followed.known_until is null
        or followed.known_until >= {{ add_months(
            'followed.event_date', 'steps.within_months'
        ) }}
    group by
        steps.cohort,
        steps.step,
        steps.within_months,
        followed.area_code,
        followed.month_end
),

judged as (
    select
        covered.*,
        coalesce(counted.numerator, 0) as numerator,
        coalesce(counted.denominator, 0) as denominator,
        case
            when covered.beginnings_unknown_from <= covered.month_end
                then covered.beginnings_unknown_from
            when covered.reached_unknown_from <= covered.followed_to
                then covered.reached_unknown_from
        end as unknown_from
    from covered
    left join counted
        on
            covered.cohort = counted.cohort
            and covered.step = counted.step
            and covered.within_months = counted.within_months
            and covered.area_code = counted.area_code
            and covered.month_end = counted.month_end
),

final as (
    select
        area_code,
        cohort,
        population,
        month_end,
        step,
        step_order,
        within_months,
        case when unknown_from is null then cast(numerator as double) end
            as numerator,
        case when unknown_from is null then cast(denominator as double) end
            as denominator,
        case
            when unknown_from is null
                then
                    cast(numerator as double)
                    / nullif(denominator, 0)
                    * 100
        end as share,
        case
            when unknown_from is not null then 'insufficient_history'
            when denominator = 0 then 'not_applicable'
            else 'ok'
        end as status,
        case
            when unknown_from is not null
                then 'not covered from ' || cast(unknown_from as string)
            when denominator = 0 then 'nobody to follow in the month'
        end as status_reason
    from judged
)

select * from final
