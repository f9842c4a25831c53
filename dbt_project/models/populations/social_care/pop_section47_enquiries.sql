-- One row per section 47 enquiry, on the day it started.
with

enquiries as (
    select * from {{ ref('hist_section_47_enquiries') }}
),

started as (
    select
        area_code,
        {{ record_key('section_47_enquiry', ['child_key', 'start_date']) }}
            as record_key,
        child_key,
        start_date as event_date,
        start_date as counted_on,
        source,
        {{ held_in({'cin_census': 'section47', 'annex_a': 'list_5'}) }}
            as held_in,
        {{ decided_by({
            'strategy discussion': 'start_date'
        }) }}
            as decided_by
    from enquiries
)

select * from started
