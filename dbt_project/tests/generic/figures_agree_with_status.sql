{# What a row holds is what its status says (docs/figures.md, 'Statuses'): a value
   for ok only, or as last published for held; no numerator and denominator where
   nothing could be counted; 0 and 0, or 0 of some, where there was nothing to
   count or to record. #}
{% test figures_agree_with_status(model) %}
select
    figures.indicator_id,
    figures.area_code,
    figures.basis,
    figures.period_end,
    figures.breakdown,
    figures.status
from {{ model }} as figures
inner join {{ ref('stg_run__indicators') }} as indicators
    on figures.indicator_id = indicators.indicator_id
where
    -- a published or supplied figure may come without its counts
    (
        figures.status = 'ok'
        and indicators.method = 'computed'
        and (figures.numerator is null or coalesce(figures.denominator, 0) <= 0)
    )
    or (
        figures.status not in ('ok', 'held')
        and figures.value is not null
    )
    or (
        figures.status in ('not_produced', 'awaiting_release', 'no_data',
            'insufficient_history')
        and (figures.numerator is not null or figures.denominator is not null)
    )
    -- of a group without a population what was counted stays, and its share
    or (
        figures.status = 'not_applicable'
        and indicators.kind = 'rate_per_10k'
        and figures.breakdown <> 'all'
        and (
            figures.denominator is not null or figures.share_of_rate is null
        )
    )
    or (
        figures.status = 'not_applicable'
        and (indicators.kind <> 'rate_per_10k' or figures.breakdown = 'all')
        and (coalesce(figures.numerator, 1) <> 0 or coalesce(figures.denominator, 1) <> 0)
    )
    or (
        figures.status = 'not_recorded'
        and (coalesce(figures.numerator, 1) <> 0 or coalesce(figures.denominator, 0) <= 0)
    )
    or (figures.status <> 'ok' and figures.status_reason is null)
{% endtest %}
