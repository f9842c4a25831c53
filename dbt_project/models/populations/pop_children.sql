-- One row per child: sex, ethnic group and date of birth, each from the newest
-- submission at the knowledge date that holds it, of any source (the statutory
-- return before Annex A of the same as-at date).
{%- set relations = [
    ref('stg_ssda903__header'),
    ref('stg_cin_census__children'),
    ref('stg_annex_a__list_3'),
    ref('stg_annex_a__list_4'),
    ref('stg_annex_a__list_5'),
    ref('stg_annex_a__list_6'),
    ref('stg_annex_a__list_7'),
    ref('stg_annex_a__list_8'),
    ref('stg_annex_a__list_9'),
    ref('stg_annex_a__list_10')
] %}
{%- set attributes = ['sex_code', 'ethnicity_code', 'birth_date'] %}
with

observed as (
    {%- for relation in relations %}
    select
        submission_id,
        child_key,
        sex_code,
        ethnicity_code,
        birth_date
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

dated as (
    select
        observed.child_key,
        observed.sex_code,
        observed.ethnicity_code,
        observed.birth_date,
        serving.area_code,
        serving.as_at_date,
        case
            when serving.source = 'annex_a' then 2
            else 1
        end as precedence
    from observed
    inner join {{ ref('hist_serving_submissions') }} as serving
        on observed.submission_id = serving.submission_id
),

children as (
    select distinct
        area_code,
        child_key
    from dated
),
{% for attribute in attributes %}
ranked_{{ attribute }} as (
    select
        child_key,
        {{ attribute }},
        row_number() over (
            partition by child_key
            order by as_at_date desc, precedence, {{ attribute }}
        ) as newest_rank
    from dated
    where {{ attribute }} is not null
),

newest_{{ attribute }} as (
    select
        child_key,
        {{ attribute }}
    from ranked_{{ attribute }}
    where newest_rank = 1
),
{% endfor %}
described as (
    select
        children.area_code,
        children.child_key,
        case newest_sex_code.sex_code
            when 'M' then 'male'
            when 'F' then 'female'
            else 'not recorded'
        end as sex,
        coalesce(ethnic_groups.ethnic_group, 'not recorded') as ethnic_group,
        newest_birth_date.birth_date
    from children
    left join newest_sex_code
        on children.child_key = newest_sex_code.child_key
    left join newest_ethnicity_code
        on children.child_key = newest_ethnicity_code.child_key
    left join newest_birth_date
        on children.child_key = newest_birth_date.child_key
    left join {{ ref('ethnic_groups') }} as ethnic_groups
        on newest_ethnicity_code.ethnicity_code = ethnic_groups.ethnicity_code
)

select * from described
