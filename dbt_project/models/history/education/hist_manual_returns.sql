-- One row per manual indicator, area and period supplied: the newest submission
-- that names it (docs/education.md, 'Figures supplied by hand').
with

returns as (
    select
        serving.area_code,
        serving.source,
        returns.*,
        row_number() over (
            partition by
                serving.area_code,
                returns.indicator_id,
                returns.period_end
            order by serving.as_at_date desc
        ) as newest_rank
    from {{ ref('stg_manual_returns__returns') }} as returns
    inner join {{ ref('hist_serving_submissions') }} as serving
        on returns.submission_id = serving.submission_id
),

-- quarantined: an indicator that is computed, and a value that its own
-- numerator and denominator contradict
supplied as (
    select
        returns.area_code,
        returns.source,
        returns.indicator_id,
        coalesce(
            returns.period_start,
            {{ add_months(add_days('returns.period_end', 1), -12) }}
        ) as period_start,
        returns.period_end,
        returns.numerator,
        returns.denominator,
        returns.value,
        returns.note
    from returns
    inner join {{ ref('stg_run__indicators') }} as indicators
        on
            returns.indicator_id = indicators.indicator_id
            and indicators.method = 'manual'
    where
        returns.newest_rank = 1
        and coalesce(
            abs(
                returns.value * returns.denominator
                - returns.numerator * case indicators.kind
                    when 'percentage' then 100
                    else 1
                end
            ) <= 0.05 * returns.denominator,
            true
        )
)

select * from supplied
