-- One row per check and record that fails it, or once failed it, in the
-- submissions that serve or in what an earlier run asked about.
with

run as (
    select * from {{ ref('stg_run__run') }}
),

-- our own checks look at every submission, DfE's rules at the newest of each
-- source only
checked as (
    select distinct
        submission_id,
        table_name,
        'rows' as suite
    from {{ ref('stg_run__row_checks') }}
    union all
    select distinct
        submission_id,
        table_name,
        'statutory' as suite
    from {{ ref('stg_run__statutory_issues') }}
),

found as (
    select
        issues.*,
        'rows' as suite
    from {{ ref('stg_run__row_issues') }} as issues
    union all
    select
        issues.*,
        'statutory' as suite
    from {{ ref('stg_run__statutory_issues') }} as issues
),

-- submissions in the order of their days, table by table: one without the table
-- says nothing about its records
read_tables as (
    select
        serving.area_code,
        serving.source,
        checked.table_name,
        checked.suite,
        serving.as_at_date,
        checked.submission_id,
        row_number() over (
            partition by
                serving.area_code,
                serving.source,
                checked.table_name,
                checked.suite
            order by serving.as_at_date
        ) as turn,
        max(serving.as_at_date) over (
            partition by
                serving.area_code,
                serving.source,
                checked.table_name,
                checked.suite
        ) as newest_as_at_date
    from checked
    inner join {{ ref('hist_serving_submissions') }} as serving
        on checked.submission_id = serving.submission_id
),

seen as (
    select
        found.*,
        read_tables.area_code,
        read_tables.source,
        read_tables.as_at_date,
        read_tables.turn,
        read_tables.newest_as_at_date,
        row_number() over (
            partition by read_tables.area_code, found.issue_key
            order by read_tables.as_at_date desc, found.source_row
        ) as newest_rank
    from found
    inner join read_tables
        on
            found.submission_id = read_tables.submission_id
            and found.table_name = read_tables.table_name
            and found.suite = read_tables.suite
),

seen_once as (
    select distinct
        area_code,
        issue_key,
        as_at_date,
        turn
    from seen
),

turns as (
    select
        area_code,
        issue_key,
        as_at_date,
        turn - lag(turn) over (
            partition by area_code, issue_key
            order by turn
        ) as turns_since
    from seen_once
),

spans as (
    select
        area_code,
        issue_key,
        min(as_at_date) as first_seen,
        max(as_at_date) as last_seen,
        count(*) as times_seen,
        sum(case when turns_since > 1 then 1 else 0 end) as times_reopened
    from turns
    group by
        area_code,
        issue_key
),

-- what a run with this knowledge could remember
remembered as (
    select
        events.*,
        row_number() over (
            partition by events.area_code, events.issue_key
            order by events.event_number desc
        ) as newest_rank
    from {{ ref('stg_run__issue_events') }} as events
    cross join run
    where
        events.asked_on <= run.knowledge_date
        and (run.received_by is null or events.happened_at <= run.received_by)
),

memory as (
    select
        area_code,
        issue_key,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(case when event = 'opened' then 1 else 0 end) as times_opened,
        max(case when newest_rank = 1 then event end) as last_event,
        max(case when newest_rank = 1 then asked_on end) as last_asked_on
    from remembered
    group by
        area_code,
        issue_key
),

-- which of DfE's rules have been judged, and of which sources any has
rules as (
    select
        serving.area_code,
        serving.source,
        asked.check_id,
        asked.status
    from {{ ref('stg_run__statutory_checks') }} as asked
    inner join {{ ref('hist_serving_submissions') }} as serving
        on asked.submission_id = serving.submission_id
),

judged_sources as (
    select distinct
        area_code,
        source
    from rules
),

described as (
    select
        area_code,
        issue_key,
        check_id,
        rule_code,
        severity,
        source,
        table_name,
        child_key,
        field,
        case_key,
        source_row,
        is_quarantined,
        message,
        as_at_date = newest_as_at_date as is_there
    from seen
    where newest_rank = 1
    union all
    -- gone from every submission that serves: sent again without it; what a
    -- rule of DfE asked waits until that rule has been judged again
    select
        remembered.area_code,
        remembered.issue_key,
        remembered.check_id,
        remembered.rule_code,
        remembered.severity,
        remembered.source,
        remembered.table_name,
        remembered.child_key,
        remembered.field,
        remembered.case_key,
        remembered.source_row,
        remembered.is_quarantined,
        remembered.message,
        coalesce(remembered.check_id like '%.statutory.%', false)
        and (
            judged_sources.source is null
            or coalesce(rules.status, 'run') <> 'run'
        ) as is_there
    from remembered
    left join judged_sources
        on
            remembered.area_code = judged_sources.area_code
            and remembered.source = judged_sources.source
    left join rules
        on
            remembered.area_code = rules.area_code
            and remembered.check_id = rules.check_id
    left join spans
        on
            remembered.area_code = spans.area_code
            and remembered.issue_key = spans.issue_key
    where remembered.newest_rank = 1 and spans.issue_key is null
),

answers as (
    select
        answers.*,
        row_number() over (
            partition by answers.area_code, answers.issue_key
            order by answers.event_number desc
        ) as newest_rank
    from {{ ref('stg_run__issue_answers') }} as answers
    cross join run
    where run.received_by is null or answers.answered_at <= run.received_by
),

judged as (
    select
        described.*,
        coalesce(spans.times_seen, 1) as times_seen,
        answers.answer,
        answers.reason,
        answers.answered_by,
        answers.approver,
        answers.until,
        run.knowledge_date,
        run.run_id,
        coalesce(answers.until >= run.knowledge_date, false) as is_answered,
        coalesce(
            least(spans.first_seen, memory.first_seen),
            spans.first_seen,
            memory.first_seen
        ) as first_seen,
        coalesce(
            greatest(spans.last_seen, memory.last_seen),
            spans.last_seen,
            memory.last_seen
        ) as last_seen,
        greatest(
            coalesce(spans.times_reopened, 0),
            coalesce(memory.times_opened, 1) - 1
        ) as times_reopened,
        -- asked when a run first says so, and again when it comes back or when
        -- its answer has run out, whichever is later
        case
            when memory.last_event = 'fixed' then run.knowledge_date
            when answers.until < run.knowledge_date
                then
                    greatest(
                        {{ add_days('answers.until', 1) }},
                        coalesce(memory.last_asked_on, answers.until)
                    )
            when memory.last_event = 'opened' then memory.last_asked_on
            else run.knowledge_date
        end as asked_on
    from described
    cross join run
    left join spans
        on
            described.area_code = spans.area_code
            and described.issue_key = spans.issue_key
    left join memory
        on
            described.area_code = memory.area_code
            and described.issue_key = memory.issue_key
    left join answers
        on
            described.area_code = answers.area_code
            and described.issue_key = answers.issue_key
            and answers.newest_rank = 1
),

working_days as (
    select
        asked.working_day_number,
        min(asked.calendar_day) as calendar_day
    from {{ ref('hist_calendar') }} as asked
    group by asked.working_day_number
),

final as (
    select
        judged.issue_key,
        judged.check_id,
        judged.rule_code,
        judged.severity,
        judged.source,
        judged.table_name,
        judged.area_code,
        judged.child_key,
        judged.field,
        judged.case_key,
        judged.source_row,
        judged.is_quarantined,
        judged.message,
        owners.owner,
        judged.first_seen,
        judged.last_seen,
        cast(judged.times_seen as integer) as times_seen,
        cast(judged.times_reopened as integer) as times_reopened,
        case
            when not judged.is_there then 'fixed'
            when judged.is_answered then judged.answer
            else 'open'
        end as status,
        judged.reason,
        judged.answered_by as explained_by,
        judged.approver,
        judged.until,
        case
            when judged.is_there and not judged.is_answered
                then working_days.calendar_day
        end as due_date,
        judged.run_id
    from judged
    left join {{ ref('stg_run__owners') }} as owners
        on judged.source = owners.source
    left join {{ ref('hist_calendar') }} as asked
        on judged.asked_on = asked.calendar_day
    left join working_days
        on
            asked.working_day_number + owners.working_days_to_answer
            = working_days.working_day_number
)

select * from final
