-- One row per initial child protection conference, as the submission that
-- serves its date holds it. Of two records of one child and day in a census the
-- enquiry's beats that of a move into the area (docs/social_care.md, 'Enquiries
-- and conferences').
{{ resolve_points(
    entity='initial_conference',
    relations=[ref('hist_conference_holdings')],
    event_date='conference_date',
    columns=[
        'child_key', 'conference_date', 'clock_start_date', 'is_transfer_in',
        'is_unread'
    ]
) }},

ranked as (
    select
        *,
        row_number() over (
            partition by child_key, conference_date
            order by is_transfer_in
        ) as record_rank
    from served
)

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    conference_date,
    clock_start_date,
    is_transfer_in,
    is_unread
from ranked
where record_rank = 1
