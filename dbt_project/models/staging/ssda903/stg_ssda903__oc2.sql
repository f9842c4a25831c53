-- One row per child of the health outcomes (OC2) of one SSDA903 version.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    has_teeth_check,
    has_health_assessment,
    has_immunisations,
    has_conviction,
    sdq_score
from {{ source('ssda903', 'oc2') }}
where has_outcome
