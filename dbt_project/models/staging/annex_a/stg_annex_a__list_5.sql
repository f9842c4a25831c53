-- One row per row of list 5 of one submission version: a section 47 enquiry,
-- its initial child protection conference, or both.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    sex_code,
    ethnicity_code,
    birth_date,
    strategy_discussion_date,
    conference_date,
    has_section47,
    has_conference
from {{ source('annex_a', 'list_5') }}
