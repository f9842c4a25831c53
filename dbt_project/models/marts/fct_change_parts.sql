-- One row per indicator, local authority, breakdown and group of a newest
-- figure: what the group adds to the figure's change on the year before. The
-- parts of a breakdown sum to the change.
select
    cast(parts.indicator_id as string) as indicator_id,
    cast(parts.area_code as string) as area_code,
    cast(parts.basis as string) as basis,
    cast(parts.period_end as date) as period_end,
    cast(parts.period_end_before as date) as period_end_before,
    cast(parts.breakdown as string) as breakdown,
    cast(parts.breakdown_value as string) as breakdown_value,
    cast(parts.change as double) as change,
    cast(parts.part as double) as part,
    cast(parts.own_part as double) as own_part,
    cast(parts.size_part as double) as size_part,
    figures.run_id
from {{ ref('val_change_parts') }} as parts
inner join {{ ref('fct_indicator_values') }} as figures
    on
        parts.indicator_id = figures.indicator_id
        and parts.area_code = figures.area_code
        and parts.basis = figures.basis
        and cast(parts.period_end as date) = figures.period_end
        and figures.breakdown = 'all'
-- a held figure is the one last published, which these are not the parts of
where figures.status = 'ok'
