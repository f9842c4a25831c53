-- One row per education, health and care plan of one SEN2 submission, with the
-- request, assessment and person that the same submission joins to it; later
-- rows of a request are amendments (docs/education.md, 'EHC plans').
with

plans as (
    select
        *,
        row_number() over (
            partition by submission_id, request_key
            order by start_date, row_id
        ) as issue_rank
    from {{ ref('stg_sen2__named_plan') }}
),

-- the request with its person, numbered so that the engine makes this join
-- first: it would else join plans to persons by submission alone, and a few
-- years of extracts would be billions of pairs
placed_requests as (
    select
        requests.submission_id,
        requests.request_key,
        requests.received_date,
        people.birth_date,
        coalesce(people.pupil_key, people.person_key) as child_key,
        row_number() over (
            partition by requests.submission_id, requests.request_key
            order by requests.row_id
        ) as request_rank
    from {{ ref('stg_sen2__requests') }} as requests
    inner join {{ ref('stg_sen2__person') }} as people
        on
            requests.submission_id = people.submission_id
            and requests.person_key = people.person_key
),

-- an inner join drops the plans that cannot be placed: without a request, or
-- with a request without a person
joined as (
    select
        plans.submission_id,
        plans.row_id,
        plans.request_key,
        plans.start_date,
        requests.child_key,
        requests.birth_date,
        requests.received_date,
        assessments.outcome_code as assessment_outcome_code,
        coalesce(assessments.has_exception, false) as has_exception,
        active_plans.transferred_from_key
    from plans
    inner join placed_requests as requests
        on
            plans.submission_id = requests.submission_id
            and plans.request_key = requests.request_key
            and requests.request_rank = 1
    left join {{ ref('stg_sen2__assessment') }} as assessments
        on
            plans.submission_id = assessments.submission_id
            and plans.request_key = assessments.request_key
    left join {{ ref('stg_sen2__active_plans') }} as active_plans
        on
            plans.submission_id = active_plans.submission_id
            and plans.request_key = active_plans.request_key
    where plans.issue_rank = 1
)

select * from joined
