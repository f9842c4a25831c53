{# The last day on which the next visit to a looked-after child is in time
   (regulation 28 of the 2010 Regulations; docs/practice.md, 'Visits'), from the
   last visit and review of the placement and the period of care as known on a
   day; a visit is null where there was none. #}
{% macro visit_due_date(
    visit_date, review_date, placed_date, placement_type, legal_status, day
) -%}
    case
        when {{ visit_date }} is null then {{ add_days(placed_date, 7) }}
        -- with a parent under an interim care order: weekly until the first
        -- review, then every four weeks
        when {{ placement_type }} = 'P1' and {{ legal_status }} = 'C1'
            then
                case
                    when {{ review_date }} is null
                        then {{ add_days(visit_date, 7) }}
                    else {{ add_days(visit_date, 28) }}
                end
        when
            {{ placement_type }} in ('U1', 'U4')
            and {{ day }} >= {{ add_months(placed_date, 12) }}
            then {{ add_months(visit_date, 3) }}
        else {{ add_days(visit_date, 42) }}
    end
{%- endmacro %}

{# The last day on which the next review of a looked-after child is in time
   (regulation 33; docs/practice.md, 'Reviews'): the first by `first_due_date`,
   the second within three months of it, then within six. #}
{% macro review_due_date(review_date, first_due_date) -%}
    case
        when {{ review_date }} is null then {{ first_due_date }}
        when {{ review_date }} <= {{ first_due_date }}
            then {{ add_months(review_date, 3) }}
        else {{ add_months(review_date, 6) }}
    end
{%- endmacro %}

{# Children of `children` with a review of their twelve months that was held
   after its day, or was not held by the end; `due` has each day on which a review
   became due, and when the next one was held. #}
{% macro reviewed_late() -%}
    select distinct
        children.area_code,
        children.child_key,
        children.counted_on
    from children
    inner join due
        on
            children.area_code = due.area_code
            and children.child_key = due.child_key
            and children.start_date = due.start_date
            and children.counted_on >= due.step_date
    where
        least(coalesce(due.next_date, children.counted_on), children.counted_on)
        > due.due_date
        and (due.next_date is null or due.next_date >= children.year_start)
{%- endmacro %}

{# Children and days of lists in which the last review could not be read: it may
   be the one that is missing. #}
{% macro unread_reviews(entity, list_relation) -%}
    select
        states.area_code,
        listed.child_key,
        states.as_at_date
    from {{ ref('hist_serving_states') }} as states
    inner join {{ list_relation }} as listed
        on states.submission_id = listed.submission_id
    where
        states.entity = '{{ entity }}'
        and {{ is_unread(['latest_review_date'], of='listed') }}
{%- endmacro %}

{# None of `unread` lies in the twelve months of a child of `children`. #}
{% macro every_review_is_read() -%}
    not exists (
        select 1
        from unread
        where
            unread.area_code = children.area_code
            and unread.child_key = children.child_key
            and unread.as_at_date <= children.counted_on
            and unread.as_at_date >= children.year_start
    )
{%- endmacro %}
