-- One row per child and round of admissions whose on-time application counts,
-- on national offer day (docs/education.md, 'Admissions').
with

applications as (
    select
        applications.*,
        units.area_code,
        units.source,
        units.period_end as offer_day,
        case applications.phase
            when 'PRI'
                then {{ date_in_year('applications.entry_year', '01-15') }}
            else {{ date_in_year('applications.entry_year - 1', '10-31') }}
        end as closing_day
    from {{ ref('stg_admissions__applications') }} as applications
    inner join {{ ref('hist_education_units') }} as units
        on
            applications.submission_id = units.submission_id
            and applications.phase = units.part
            and applications.entry_year = units.end_year
            and units.entity in (
                'primary_application', 'secondary_application'
            )
    inner join {{ ref('areas') }} as areas
        on
            units.area_code = areas.area_code
            and applications.dfe_code = areas.dfe_code
    where units.is_covered
),

-- a withdrawal without a date counts as before offer day
counting as (
    select
        *,
        status = 'OFFERED'
        or (status = 'WITHDRAWN' and withdrawn_date > offer_day)
            as stood_on_offer_day,
        row_number() over (
            partition by area_code, child_key, phase, entry_year
            order by received_date desc, row_id desc
        ) as newest_rank
    from applications
    where
        (
            (phase = 'PRI' and nc_year = 'R')
            or (phase = 'SEC' and nc_year = '7')
        )
        and coalesce(is_on_time, received_date <= closing_day)
        and not has_ehc_plan
        and (
            status <> 'WITHDRAWN'
            or coalesce(withdrawn_date > offer_day, false)
        )
),

offered as (
    select
        area_code,
        {{ record_key('application', ['area_code', 'application_key']) }}
            as record_key,
        child_key,
        offer_day as event_date,
        offer_day as counted_on,
        source,
        {{ place_of_row('applications') }}
            as held_in,
        {{ decided_by({
            'applied': 'received_date',
            'offered': 'offer_date',
            'status': 'status'
        }) }}
            as decided_by,
        phase = 'PRI' as is_primary,
        phase = 'SEC' as is_secondary,
        stood_on_offer_day
        and (offer_urn is not null or offer_dfe_key is not null)
        and coalesce(offer_date <= offer_day, false) as has_offer
    from counting
    where newest_rank = 1
),

final as (
    select
        *,
        is_primary and has_offer as is_primary_offered,
        is_secondary and has_offer as is_secondary_offered
    from offered
)

select * from final
