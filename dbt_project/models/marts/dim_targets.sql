-- One row per local authority, indicator and span of periods with a target.
with agreed as (select * from {{ ref('stg_run__targets') }}),

-- invented targets judge invented children, and no real ones
demonstration as (
    select targets.*
    from {{ ref('targets') }} as targets
    cross join {{ ref('stg_run__run') }} as run
    left join agreed
        on
            targets.area_code = agreed.area_code
            and targets.indicator_id = agreed.indicator_id
    where run.is_synthetic and agreed.indicator_id is null
),

targets as (
    select
        area_code,
        indicator_id,
        valid_from,
        valid_to,
        target,
        near_within,
        far_within,
        polarity,
        origin,
        agreed_by,
        agreed_on
    from agreed
    union all
    select
        area_code,
        indicator_id,
        valid_from,
        valid_to,
        target,
        near_within,
        far_within,
        polarity,
        'demonstration' as origin,
        agreed_by,
        agreed_on
    from demonstration
)

select
    targets.area_code,
    targets.indicator_id,
    targets.valid_from,
    targets.valid_to,
    targets.target,
    targets.near_within,
    targets.far_within,
    targets.polarity,
    targets.origin,
    targets.agreed_by,
    targets.agreed_on,
    run.run_id
from targets
cross join {{ ref('stg_run__run') }} as run
