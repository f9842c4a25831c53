{{ config(materialized='view') }}
-- One row per counted record of any population, with its measures. Read
-- once, hence a view.
{%- set populations = [
    'referrals',
    'assessments',
    'section47_enquiries',
    'initial_conferences',
    'children_in_need',
    'cp_plans_started',
    'cp_plans_ended',
    'cp_plans_open',
    'looked_after',
    'looked_after_in_period',
    'looked_after_12_months',
    'care_ended',
    'care_leavers',
    'adoptions',
    'looked_after_listed',
    'looked_after_visits',
    'looked_after_reviews',
    'looked_after_placements',
    'looked_after_outcomes',
    'care_starts',
    'cp_plans_listed',
    'cp_plans_reviewed',
    'care_leavers_listed',
    'adoption_cases',
    'referrals_decided',
    'contacts',
    'contacts_followed',
    'early_help_started',
    'assessments_open',
    'young_people_16_17',
    'admission_applications',
    'ehc_plans_issued',
    'ks2_pupils',
    'ks2_pupils_looked_after',
    'ks4_pupils',
    'ks4_pupils_looked_after',
    'school_weeks',
    'schools',
    'personal_education_plans',
    'looked_after_school_terms',
    'looked_after_pupils',
    'ehc_plans_open'
] %}
{{- refuse_unnamed_populations(populations) }}
{{- refuse_unnamed_breakdowns() }}

{% for population in populations %}
{{ measures_of(population) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
