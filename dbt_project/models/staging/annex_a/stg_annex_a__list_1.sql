-- One row per child and day with a contact in list 1 of one submission version.
select
    submission_id,
    row_id,
    child_key,
    contact_date,
    contact_source_code
from {{ source('annex_a', 'list_1') }}
where has_contact
