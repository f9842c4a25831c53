-- One row per section 47 enquiry, as the submission that serves its start holds
-- it. It starts with the strategy discussion (docs/social_care.md, 'Enquiries
-- and conferences').
{{ resolve_points(
    entity='section_47_enquiry',
    relations=[ref('stg_cin_census__section47'), ref('stg_annex_a__list_5')],
    event_date='strategy_discussion_date',
    columns=['child_key', 'strategy_discussion_date'],
    where='has_section47'
) }}

select
    area_code,
    source,
    submission_id,
    row_id,
    child_key,
    strategy_discussion_date as start_date
from served
