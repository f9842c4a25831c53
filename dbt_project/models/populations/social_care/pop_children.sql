-- One row per child and authority: sex, ethnic group and date of birth, each
-- from the newest submission at the knowledge date that holds it, of any source
-- (the statutory return before Annex A of the same as-at date).
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
    ref('stg_annex_a__list_10'),
    ref('stg_nccis__young_people')
] %}
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
    union all
    {%- endfor %}
    select
        submission_id,
        coalesce(pupil_key, person_key) as child_key,
        sex_code,
        ethnicity_code,
        birth_date
    from {{ ref('stg_sen2__person') }}
    {%- for relation in [ref('stg_ks2__pupils'), ref('stg_ks4__pupils')] %}
    union all
    select
        submission_id,
        pupil_key as child_key,
        sex_code,
        ethnicity_code,
        cast(null as date) as birth_date
    from {{ relation }}
    {%- endfor %}
),

-- 1 for the newest as-at date and the source that goes first
ranked_submissions as (
    select
        submission_id,
        area_code,
        dense_rank() over (
            order by
                as_at_date desc,
                case
                    when source = 'annex_a' then 2
                    else 1
                end
        ) as newest_rank
    from {{ ref('hist_serving_submissions') }}
),

ranked as (
    select
        submissions.area_code,
        observed.child_key,
        submissions.newest_rank,
        observed.sex_code,
        observed.ethnicity_code,
        observed.birth_date
    from observed
    inner join ranked_submissions as submissions
        on observed.submission_id = submissions.submission_id
),

-- added up, not sorted: a region's lists have tens of millions of rows
children as (
    select
        area_code,
        child_key,
        min(case when sex_code is not null then newest_rank end) as sex_rank,
        min(case when ethnicity_code is not null then newest_rank end)
            as ethnicity_rank,
        min(case when birth_date is not null then newest_rank end)
            as birth_rank
    from ranked
    group by
        area_code,
        child_key
),

-- of two that come first alike the lesser
newest as (
    select
        children.area_code,
        children.child_key,
        min(
            case
                when ranked.newest_rank = children.sex_rank then ranked.sex_code
            end
        )
            as sex_code,
        min(
            case
                when
                    ranked.newest_rank = children.ethnicity_rank
                    then ranked.ethnicity_code
            end
        )
            as ethnicity_code,
        min(
            case
                when
                    ranked.newest_rank = children.birth_rank
                    then ranked.birth_date
            end
        )
            as birth_date
    from children
    inner join ranked
        on
            children.area_code = ranked.area_code
            and children.child_key = ranked.child_key
            and (
                children.sex_rank = ranked.newest_rank
                or children.ethnicity_rank = ranked.newest_rank
                or children.birth_rank = ranked.newest_rank
            )
    group by
        children.area_code,
        children.child_key
),

described as (
    select
        children.area_code,
        children.child_key,
        case newest.sex_code
            when 'M' then 'male'
            when 'F' then 'female'
            else 'not recorded'
        end as sex,
        coalesce(ethnic_groups.ethnic_group, 'not recorded') as ethnic_group,
        newest.birth_date
    from children
    left join newest
        on
            children.area_code = newest.area_code
            and children.child_key = newest.child_key
    left join {{ ref('ethnic_groups') }} as ethnic_groups
        on newest.ethnicity_code = ethnic_groups.ethnicity_code
)

select * from described
