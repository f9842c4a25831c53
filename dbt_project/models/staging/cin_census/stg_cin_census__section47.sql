-- One row per Section47 group of one census version: an enquiry, its
-- conference, or both.
select
    submission_id,
    row_id,
    unreadable_columns,
    child_key,
    strategy_discussion_date,
    conference_date,
    has_section47,
    has_conference
from {{ source('cin_census', 'section47') }}
