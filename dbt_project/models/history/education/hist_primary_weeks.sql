-- One row per primary school and week of the authority, as the submission that
-- serves the week holds it.
{{ resolve_points(
    entity='school_week',
    relations=[ref('stg_attendance__school_weeks')],
    event_date='week_date',
    columns=[
        'urn', 'dfe_code', 'week_date', 'phase', 'possible_sessions',
        'attended_sessions'
    ]
) }}

select
    served.area_code,
    served.source,
    served.submission_id,
    served.row_id,
    served.urn,
    served.week_date,
    served.possible_sessions,
    served.attended_sessions
from served
inner join {{ ref('areas') }} as areas
    on
        served.area_code = areas.area_code
        and served.dfe_code = areas.dfe_code
where served.phase = 'PRIMARY'
