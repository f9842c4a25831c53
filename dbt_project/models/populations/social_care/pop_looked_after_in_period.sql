-- One row per child looked after at any time in the twelve months to a month
-- end, short breaks (V3, V4) left out; with a missing or away incident or not.
with

years as (
    select *
    from {{ ref('hist_incident_years') }}
    where source is not null
),

episodes as (
    select *
    from {{ ref('hist_episodes') }}
    where legal_status_code is null or legal_status_code not in ('V3', 'V4')
),

-- an open episode or incident covers the days up to the newest return that
-- holds it; after a gap in the returns its end is unknown
looked_after as (
    select
        years.area_code,
        years.period_end,
        episodes.child_key,
        max(episodes.start_date) as event_date
    from years
    inner join episodes
        on
            years.area_code = episodes.area_code
            and years.period_end >= episodes.start_date
            and years.period_start
            <= coalesce(episodes.end_date, episodes.held_as_at)
    where years.source = 'ssda903'
    group by
        years.area_code,
        years.period_end,
        episodes.child_key
    having
        max(
            case
                when {{ is_unread(['legal_status_code'], of='episodes') }}
                    then 1
                else 0
            end
        ) = 0
),

-- an incident after care had ended is none of a child looked after (rule 578);
-- the day on which care begins or ends is a day in care
incidents as (
    select distinct
        incidents.area_code,
        incidents.child_key,
        incidents.start_date,
        incidents.missing_type_code,
        coalesce(incidents.end_date, incidents.held_as_at) as last_date
    from {{ ref('hist_incidents') }} as incidents
    inner join episodes
        on
            incidents.child_key = episodes.child_key
            and (
                episodes.end_date is null
                or incidents.start_date <= episodes.end_date
            )
            and (
                incidents.end_date is null
                or incidents.end_date >= episodes.start_date
            )
),

children_with_incidents as (
    select
        years.area_code,
        years.period_end,
        incidents.child_key,
        max(case when incidents.missing_type_code = 'M' then 1 else 0 end)
            as n_missing,
        max(case when incidents.missing_type_code = 'A' then 1 else 0 end)
            as n_absent
    from years
    inner join incidents
        on
            years.area_code = incidents.area_code
            and years.period_end >= incidents.start_date
            and years.period_start <= incidents.last_date
    where years.source = 'ssda903'
    group by
        years.area_code,
        years.period_end,
        incidents.child_key
),

from_return as (
    select
        looked_after.area_code,
        looked_after.period_end,
        looked_after.child_key,
        looked_after.event_date,
        'ssda903' as source,
        coalesce(children_with_incidents.n_missing, 0) as n_missing,
        coalesce(children_with_incidents.n_absent, 0) as n_absent
    from looked_after
    left join children_with_incidents
        on
            looked_after.area_code = children_with_incidents.area_code
            and looked_after.period_end = children_with_incidents.period_end
            and looked_after.child_key = children_with_incidents.child_key
),

-- list 8 counts the incidents of the last twelve months itself, for those in
-- care and those who left it in the months that the list looks back
from_list as (
    select
        years.area_code,
        years.period_end,
        list_8.child_key,
        max(list_8.start_date) as event_date,
        'annex_a' as source,
        coalesce(max(list_8.n_missing_12_months), 0) as n_missing,
        coalesce(max(list_8.n_absent_12_months), 0) as n_absent
    from years
    inner join {{ ref('stg_annex_a__list_8') }} as list_8
        on years.count_submission_id = list_8.submission_id
    inner join {{ ref('hist_covers') }} as covers
        on
            years.count_submission_id = covers.submission_id
            and covers.entity = 'annex_a_care_period'
    where
        years.source = 'annex_a'
        and years.period_end >= list_8.start_date
        and (
            list_8.end_date is null
            or (
                list_8.end_date >= years.period_start
                and list_8.end_date >= covers.cover_from
            )
        )
        and (
            list_8.legal_status_code is null
            or list_8.legal_status_code not in ('V3', 'V4')
        )
    group by
        years.area_code,
        years.period_end,
        list_8.child_key
    having
        max(
            case
                when {{ is_unread(
                    [
                        'legal_status_code', 'n_missing_12_months',
                        'n_absent_12_months'
                    ],
                    of='list_8'
                ) }}
                    then 1
                else 0
            end
        ) = 0
),

everyone as (
    select * from from_return
    union all
    select * from from_list
),

final as (
    select
        area_code,
        {{ record_key('looked_after_in_period', ['child_key']) }}
            as record_key,
        child_key,
        event_date,
        period_end as counted_on,
        {{ add_days('period_end', 1) }} as superseded_on,
        source,
        {{ decided_by({
            'looked after from': 'event_date',
            'missing incidents': 'n_missing',
            'times away': 'n_absent'
        }) }} as decided_by,
        n_missing > 0 as had_missing_incident,
        n_absent > 0 as was_away_without_authorisation
    from everyone
)

select * from final
