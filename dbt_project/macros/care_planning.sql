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
