-- One row per area, entry year, phase and year group of one file on offers.
select
    submission_id,
    time_period,
    lower(geographic_level) as geographic_level,
    region_name,
    area_code,
    dfe_code,
    lower(school_phase) as school_phase,
    nc_year,
    applications_received,
    no_offer
from {{ source('benchmarks', 'admission_offers') }}
