-- One row per local authority and twelve months that end with a month: the one
-- return that says which looked-after children went missing or away in them.
with

years as (
    select
        areas.area_code,
        {{ add_months(add_days('month_ends.month_end', 1), -12) }}
            as period_start,
        month_ends.month_end as period_end
    from {{ ref('hist_month_ends') }} as month_ends
    cross join {{ ref('stg_run__areas') }} as areas
),

incident_spans as (
    select *
    from {{ ref('hist_covered_spans') }}
    where entity = 'incident'
),

episode_spans as (
    select *
    from {{ ref('hist_covered_spans') }}
    where entity = 'episode'
),

counts as (
    select *
    from {{ ref('hist_serving_states') }}
    where entity = 'incident_count'
),

-- a span holds a day or not, so no join can multiply rows
covered as (
    select
        years.*,
        last_spans.span_to is not null as are_incidents_covered_at_end,
        coalesce(first_spans.span_to >= years.period_end, false)
            as are_incidents_covered,
        episode_spans.span_to is not null as are_episodes_covered,
        counts.submission_id as count_submission_id,
        coalesce(
            {{ add_days('first_spans.span_to', 1) }}, years.period_start
        ) as first_uncovered_day
    from years
    left join incident_spans as last_spans
        on
            years.area_code = last_spans.area_code
            and years.period_end
            between last_spans.span_from and last_spans.span_to
    left join incident_spans as first_spans
        on
            years.area_code = first_spans.area_code
            and years.period_start
            between first_spans.span_from and first_spans.span_to
    left join episode_spans
        on
            years.area_code = episode_spans.area_code
            and years.period_start >= episode_spans.span_from
            and years.period_end <= episode_spans.span_to
    left join counts
        on
            years.area_code = counts.area_code
            and years.period_end = counts.as_at_date
),

-- docs/social_care.md, 'Missing and away': the return where both its tables
-- hold the whole window, else the list's own counts as at its end
served as (
    select
        *,
        case
            when are_incidents_covered and are_episodes_covered then 'ssda903'
            when count_submission_id is not null then 'annex_a'
        end as source
    from covered
),

-- without either, incidents known at the end but not all along are too short a
-- history, and everything else is no data (docs/social_care.md, 'Missing and
-- away')
final as (
    select
        area_code,
        period_start,
        period_end,
        source,
        case when source = 'annex_a' then count_submission_id end
            as count_submission_id,
        source is not null
        or (are_incidents_covered_at_end and not are_incidents_covered)
            as is_period_end_covered,
        source is not null as is_window_covered,
        first_uncovered_day
    from served
)

select * from final
