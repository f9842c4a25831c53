-- One row per indicator, local authority and period on the headline basis that
-- could be compared with the years before: what they lead one to expect, and
-- whether the figure differs from it beyond chance. A held figure has none: it
-- stays as it was last published.
select
    changes.indicator_id,
    changes.area_code,
    figures.basis,
    cast(changes.period_end as date) as period_end,
    cast(changes.n_compared as integer) as n_compared,
    cast(changes.compared_from as date) as compared_from,
    cast(changes.compared_to as date) as compared_to,
    changes.usual,
    changes.lower as lower_limit,
    changes.upper as upper_limit,
    changes.change,
    figures.run_id
from {{ ref('val_changes') }} as changes
inner join {{ ref('fct_indicator_values') }} as figures
    on
        changes.indicator_id = figures.indicator_id
        and changes.area_code = figures.area_code
        and changes.basis = figures.basis
        and cast(changes.period_end as date) = figures.period_end
        and figures.breakdown = 'all'
where figures.status = 'ok'
