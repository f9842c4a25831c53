-- One row per child and day with a contact at the front door.
select
    area_code,
    {{ record_key('contact', ['child_key', 'contact_date']) }} as record_key,
    child_key,
    contact_date as event_date,
    contact_date as counted_on,
    source,
    {{ held_in({'annex_a': 'list_1'}) }} as held_in,
    {{ decided_by({
        'contact': 'contact_date',
        'from': 'contact_source_code'
    }) }} as decided_by,
    {{ referral_source('contact_source_code') }} as referral_source
from {{ ref('hist_contacts') }}
