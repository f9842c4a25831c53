-- One row per young person of the cohort (academic age 16 or 17, resident and
-- known) and month end, as the extract of that month has it
-- (docs/education.md, 'Young people aged 16 and 17').
with

young_people as (
    select
        people.*,
        covers.area_code,
        covers.source,
        covers.as_at_date,
        cast(
            extract(year from covers.as_at_date)
            - case
                when extract(month from covers.as_at_date) < 9 then 1
                else 0
            end as integer
        ) as start_year
    from {{ ref('stg_nccis__young_people') }} as people
    inner join {{ ref('hist_covers') }} as covers
        on
            people.submission_id = covers.submission_id
            and covers.entity = 'young_person'
),

-- the age on 31 August before the academic year of the month; as stated only
-- where there is no date of birth
aged as (
    select
        young_people.*,
        case
            when young_people.birth_date is null then young_people.academic_age
            else {{ age_in_years(
                'young_people.birth_date',
                date_in_year('young_people.start_year', '08-31')
            ) }}
        end as age
    from young_people
    inner join {{ ref('areas') }} as areas
        on
            young_people.area_code = areas.area_code
            and young_people.dfe_code = areas.dfe_code
),

-- custody (710) is out of the cohort, whatever the currency of the activity
cohort as (
    select
        *,
        characteristic_codes like '%;110;%' as is_marked_looked_after,
        not is_current
        or activity_code in ('810', '820', '830') as is_not_known
    from aged
    where
        cohort_status in ('P', 'G')
        and age in (16, 17)
        and activity_code <> '710'
),

classed as (
    select
        *,
        coalesce(is_marked_looked_after, false) as is_looked_after,
        not is_not_known and activity_code in (
            '540', '610', '615', '616', '619', '620', '630', '640', '650',
            '660', '670', '680'
        ) as is_neet
    from cohort
),

final as (
    select
        area_code,
        {{ record_key('young_person', ['area_code', 'child_key']) }}
            as record_key,
        child_key,
        as_at_date as event_date,
        as_at_date as counted_on,
        source,
        {{ place_of_row('young_people') }}
            as held_in,
        {{ decided_by({
            'age on 31 August': 'age',
            'activity': 'activity_code',
            'current': 'is_current'
        }) }}
            as decided_by,
        {{ sen_provision('sen_provision_code') }} as sen_provision,
        is_neet,
        is_neet or is_not_known as is_neet_or_not_known,
        is_looked_after,
        is_neet and is_looked_after as is_neet_looked_after
    from classed
)

select * from final
