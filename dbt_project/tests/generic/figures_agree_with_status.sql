{# What a row holds is what its status says (contract.md 4, 'Status'): a value
   for ok only, or as last published for held; no numerator and denominator where
   nothing could be counted; 0 and 0, or 0 of some, where there was nothing to
   count or to record. #}
{% test figures_agree_with_status(model) %}
select
    indicator_id,
    area_code,
    basis,
    period_end,
    breakdown,
    status
from {{ model }}
inner join {{ ref('stg_run__indicators') }} as indicators
    using (indicator_id)
where
    -- a published or supplied figure may come without its counts
    (
        status = 'ok'
        and indicators.method = 'computed'
        and (numerator is null or coalesce(denominator, 0) <= 0)
    )
    or (
        status not in ('ok', 'held')
        and value is not null
    )
    or (
        status in ('not_produced', 'awaiting_release', 'no_data',
            'insufficient_history')
        and (numerator is not null or denominator is not null)
    )
    or (
        status = 'not_applicable'
        and (coalesce(numerator, 1) <> 0 or coalesce(denominator, 1) <> 0)
    )
    or (
        status = 'not_recorded'
        and (coalesce(numerator, 1) <> 0 or coalesce(denominator, 0) <= 0)
    )
    or (status <> 'ok' and status_reason is null)
{% endtest %}
