-- One row per looked-after child, term, school and plan meeting, as the extract
-- that serves the term holds it, in the order in which the newest is found
-- (docs/education.md, 'Personal education plans').
select
    units.area_code,
    units.source,
    units.period_start as term_from,
    units.period_end as term_to,
    plans.submission_id,
    plans.row_id,
    plans.child_key,
    plans.academic_year,
    plans.term,
    plans.nc_year,
    plans.school_urn,
    plans.looked_after_from,
    plans.looked_after_to,
    plans.due_date,
    plans.completed_date,
    plans.quality_rating,
    plans.possible_sessions,
    plans.attended_sessions,
    row_number() over (
        partition by units.area_code, plans.child_key, units.period_end
        order by
            plans.meeting_date desc nulls last,
            plans.completed_date desc nulls last,
            plans.row_id desc
    ) as newest_rank_of_child,
    row_number() over (
        partition by
            units.area_code,
            plans.child_key,
            units.period_end,
            plans.school_urn
        order by
            plans.meeting_date desc nulls last,
            plans.completed_date desc nulls last,
            plans.row_id desc
    ) as newest_rank_of_school
from {{ ref('stg_epep__plans') }} as plans
inner join {{ ref('hist_education_units') }} as units
    on
        plans.submission_id = units.submission_id
        and plans.academic_year = units.end_year
        and plans.term = units.part
        and units.entity = 'personal_education_plan'
