-- One row per pupil, academic year and submission with results: the
-- Attainment 8 score and its parts recomputed (docs/education.md, 'Key stage
-- 4').
with

pointed as (
    select
        *,
        coalesce(
            points,
            case
                when qualification_type <> 'GCSE' then null
                when grade in ('U', 'X') then 0
                when grade in ('1', '2', '3', '4', '5', '6', '7', '8', '9')
                    then cast(grade as double)
                when
                    bucket_code = 'COMBSCI'
                    and length(grade) = 2
                    and {{ is_number('grade') }}
                    then
                        0.5 * cast(substr(grade, 1, 1) as double)
                        + 0.5 * cast(substr(grade, 2, 1) as double)
            end
        ) as result_points
    from {{ ref('stg_ks4__results') }}
),

-- the same subject counts once: the first entry, of one day the better
discounted as (
    select
        *,
        row_number() over (
            partition by
                submission_id,
                academic_year,
                pupil_key,
                discount_key
            order by exam_date, result_points desc, row_id
        ) as entry_rank
    from pointed
    where result_points is not null
),

counting as (
    select
        submission_id,
        academic_year,
        pupil_key,
        bucket_code,
        row_id,
        result_points
    from discounted
    where entry_rank = 1
),

best_of_core as (
    select
        submission_id,
        academic_year,
        pupil_key,
        max(case when bucket_code = 'ENGLANG' then result_points end)
            as language_points,
        max(case when bucket_code = 'ENGLIT' then result_points end)
            as literature_points,
        max(case when bucket_code = 'MATHS' then result_points end)
            as maths_points
    from counting
    group by
        submission_id,
        academic_year,
        pupil_key
),

-- double only where both were taken; the other of the two may count as open
core as (
    select
        *,
        case
            when language_points is null or literature_points is null
                then coalesce(language_points, literature_points, 0)
            else 2 * greatest(language_points, literature_points)
        end as english_points,
        case
            when
                language_points is not null
                and literature_points is not null
                then least(language_points, literature_points)
        end as unused_english_points,
        2 * coalesce(maths_points, 0) as doubled_maths_points
    from best_of_core
),

-- combined science fills two slots
ebacc_slots as (
    select
        submission_id,
        academic_year,
        pupil_key,
        result_points
    from counting
    where bucket_code in ('EBACC', 'COMBSCI')
    union all
    select
        submission_id,
        academic_year,
        pupil_key,
        result_points
    from counting
    where bucket_code = 'COMBSCI'
),

ranked_ebacc as (
    select
        *,
        row_number() over (
            partition by submission_id, academic_year, pupil_key
            order by result_points desc
        ) as slot_rank
    from ebacc_slots
),

open_slots as (
    select
        submission_id,
        academic_year,
        pupil_key,
        result_points
    from counting
    where bucket_code = 'OPEN'
    union all
    select
        submission_id,
        academic_year,
        pupil_key,
        result_points
    from ranked_ebacc
    where slot_rank > 3
    union all
    select
        submission_id,
        academic_year,
        pupil_key,
        unused_english_points as result_points
    from core
    where unused_english_points is not null
),

ranked_open as (
    select
        *,
        row_number() over (
            partition by submission_id, academic_year, pupil_key
            order by result_points desc
        ) as slot_rank
    from open_slots
),

slots as (
    select
        submission_id,
        academic_year,
        pupil_key,
        result_points as ebacc_points,
        0 as open_points
    from ranked_ebacc
    where slot_rank <= 3
    union all
    select
        submission_id,
        academic_year,
        pupil_key,
        0 as ebacc_points,
        result_points as open_points
    from ranked_open
    where slot_rank <= 3
),

slot_sums as (
    select
        submission_id,
        academic_year,
        pupil_key,
        sum(ebacc_points) as ebacc_points,
        sum(open_points) as open_points
    from slots
    group by
        submission_id,
        academic_year,
        pupil_key
),

scores as (
    select
        core.submission_id,
        core.academic_year,
        core.pupil_key,
        core.english_points,
        core.doubled_maths_points as maths_points,
        coalesce(slot_sums.ebacc_points, 0) as ebacc_points,
        coalesce(slot_sums.open_points, 0) as open_points,
        core.english_points
        + core.doubled_maths_points
        + coalesce(slot_sums.ebacc_points, 0)
        + coalesce(slot_sums.open_points, 0) as attainment8
    from core
    left join slot_sums
        on
            core.submission_id = slot_sums.submission_id
            and core.academic_year = slot_sums.academic_year
            and core.pupil_key = slot_sums.pupil_key
)

select * from scores
