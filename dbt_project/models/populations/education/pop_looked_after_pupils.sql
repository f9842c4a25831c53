-- One row per child looked after for twelve months on 31 March and academic
-- year, on the last day of the child's last term in it; persistently absent or
-- not.
with

school_terms as (
    select * from {{ ref('pop_looked_after_school_terms') }}
),

-- all schools of a child together; the year is that of 1 September
years as (
    select
        area_code,
        child_key,
        source,
        extract(year from counted_on)
        + case when extract(month from counted_on) >= 9 then 1 else 0 end
            as academic_year,
        max(counted_on) as counted_on,
        sum(attended_sessions) as attended_sessions,
        sum(possible_sessions) as possible_sessions
    from school_terms
    group by
        area_code,
        child_key,
        source,
        academic_year
),

final as (
    select
        area_code,
        {{ record_key(
            'looked_after_pupil', ['area_code', 'child_key', 'counted_on']
        ) }} as record_key,
        child_key,
        counted_on as event_date,
        counted_on,
        source,
        {{ decided_by({
            'sessions': 'possible_sessions',
            'attended': 'attended_sessions'
        }) }} as decided_by,
        -- a tenth of the sessions and more (DfE, pupil absence methodology)
        10 * (possible_sessions - attended_sessions) >= possible_sessions
            as missed_a_tenth
    from years
    where possible_sessions > 0
)

select * from final
