-- One row per application for a school place of one extract.
select
    submission_id,
    row_id,
    application_key,
    applicant_key as child_key,
    birth_date,
    cast(resident_la_code as string) as dfe_code,
    phase,
    nc_year,
    entry_year,
    received_date,
    is_on_time,
    coalesce(has_ehc_plan, false) as has_ehc_plan,
    offer_dfe_key,
    offer_urn,
    offer_date,
    status,
    withdrawn_date
from {{ source('admissions', 'applications') }}
where has_application
