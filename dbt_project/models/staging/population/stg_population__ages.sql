-- One row per local authority, sex, year of age and mid-year of one file of
-- estimates by single year of age and sex, which has a column per year.
{%- set mid_years = range(2011, 2032) %}
with

estimates as (
    select * from {{ source('population', 'ages') }}
),

by_year as (
    {%- for mid_year in mid_years %}
    select
        submission_id,
        row_id,
        {{ mid_year }} as mid_year,
        area_code,
        sex_code,
        age,
        population_{{ mid_year }} as population
    from estimates
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from by_year
where population is not null
