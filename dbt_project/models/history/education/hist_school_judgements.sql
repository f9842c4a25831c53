-- One row per local authority, month end and open state-funded school with a
-- judgement that counts, on the basis of the first rule that applies
-- (docs/education.md, 'Schools').
with

files as (
    select
        serving.source,
        serving.submission_id,
        month_ends.month_end,
        row_number() over (
            partition by serving.source, month_ends.month_end
            order by serving.as_at_date desc
        ) as newest_rank
    from {{ ref('hist_serving_submissions') }} as serving
    inner join {{ ref('hist_month_ends') }} as month_ends
        on serving.as_at_date <= month_ends.month_end
    where serving.source in ('gias', 'ofsted_mi')
),

schools as (
    select
        files.month_end,
        areas.area_code,
        establishments.urn
    from files
    inner join {{ ref('stg_gias__establishments') }} as establishments
        on files.submission_id = establishments.submission_id
    inner join {{ ref('areas') }} as areas
        on establishments.dfe_code = areas.dfe_code
    inner join {{ ref('stg_run__areas') }} as landed
        on areas.area_code = landed.area_code
    where
        files.newest_rank = 1
        and establishments.status_code in ('1', '3')
        and establishments.type_code in (
            1, 2, 3, 5, 6, 7, 12, 14, 15, 28, 33, 34, 35, 36, 38, 40, 41, 42,
            43, 44
        )
        and (
            establishments.open_date is null
            or establishments.open_date <= files.month_end
        )
        and (
            establishments.close_date is null
            or establishments.close_date > files.month_end
        )
),

inspections as (
    select
        files.month_end,
        inspections.*
    from files
    inner join {{ ref('stg_ofsted_mi__inspections') }} as inspections
        on files.submission_id = inspections.submission_id
    where files.newest_rank = 1
),

{%- set areas_of_card = [
    'inclusion', 'curriculum', 'achievement', 'attendance', 'wellbeing',
    'governance', 'early_years', 'post_16'
] %}

-- report cards began on 10 November 2025
read_cards as (
    select
        *,
        {%- for area in areas_of_card %}
        coalesce({{ area }}_code, 'unmapped') <> 'unmapped'
        {{- ' or' if not loop.last }}
        {%- endfor %} as has_card,
        {%- for area in areas_of_card %}
        coalesce({{ area }}_code, 'unmapped') in (
            'unmapped', 'exceptional', 'strong standard', 'expected standard'
        )
        {{- ' and' if not loop.last }}
        {%- endfor %} as is_card_good,
        -- every column except the school's number decides
        unreadable_columns is not null as is_unread
    from inspections
),

judged as (
    select
        schools.area_code,
        schools.month_end,
        schools.urn,
        cards.has_concern,
        case
            when
                cards.has_card
                and cards.full_inspection_date >= cast('2025-11-10' as date)
                and (
                    cards.graded_date is null
                    or cards.full_inspection_date > cards.graded_date
                )
                then 'report_card'
            when
                (
                    cards.ungraded_outcome like 'school remains good%'
                    or cards.ungraded_outcome like 'school remains outstanding%'
                )
                and (
                    cards.graded_date is null
                    or cards.ungraded_date > cards.graded_date
                )
                then 'ungraded'
            when cards.overall_code in ('1', '2', '3', '4') then 'oeif_overall'
            when cards.overall_code = 'not judged' then 'key_judgements'
        end as rating_basis,
        cards.is_card_good and cards.is_safeguarding_met as is_card_good,
        cards.overall_code in ('1', '2') as is_overall_good,
        cards.quality_code in ('1', '2')
        and cards.leadership_code in ('1', '2')
        and cards.is_safeguarding_effective as is_key_good
    from schools
    inner join read_cards as cards
        on
            schools.urn = cards.urn
            and schools.month_end = cards.month_end
    where not cards.is_unread
),

counted as (
    select
        area_code,
        month_end,
        urn,
        rating_basis,
        rating_basis in ('oeif_overall', 'ungraded') as has_overall_judgement,
        not has_concern
        and coalesce(case rating_basis
            when 'report_card' then is_card_good
            when 'ungraded' then true
            when 'oeif_overall' then is_overall_good
            else is_key_good
        end, false) as is_good
    from judged
    where rating_basis is not null
)

select * from counted
