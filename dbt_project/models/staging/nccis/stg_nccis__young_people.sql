-- One row per young person of one monthly extract.
select
    submission_id,
    row_id,
    yp_key as child_key,
    upn_key as pupil_key,
    birth_date,
    sex_code,
    ethnicity_code,
    cast(la_code as string) as dfe_code,
    cohort_status,
    academic_age,
    activity_code,
    send_code as sen_provision_code,
    coalesce(is_current, true) as is_current,
    ';' || replace(characteristic_codes, ' ', '') || ';' as characteristic_codes
from {{ source('nccis', 'young_people') }}
where has_young_person
