-- One row per child looked after for twelve months on 31 March, term and
-- school, on the term's last day (docs/education.md, 'Attendance of
-- looked-after children').
with

school_terms as (
    select * from {{ ref('hist_personal_education_plans') }}
    where
        newest_rank_of_school = 1
        and nc_year in (
            '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'
        )
        and looked_after_from
        <= {{ date_in_year('academic_year - 1', '04-01') }}
        and (
            looked_after_to is null
            or looked_after_to > {{ date_in_year('academic_year', '03-31') }}
        )
),

final as (
    select
        area_code,
        {{ record_key(
            'school_term', ['area_code', 'child_key', 'term_to', 'school_urn']
        ) }} as record_key,
        child_key,
        term_to as event_date,
        term_to as counted_on,
        source,
        {{ place_of_row('plans') }}
            as held_in,
        {{ decided_by({
            'sessions attended': 'attended_sessions',
            'sessions possible': 'possible_sessions'
        }) }}
            as decided_by,
        coalesce(attended_sessions, 0) as attended_sessions,
        coalesce(possible_sessions, 0) as possible_sessions
    from school_terms
)

select * from final
