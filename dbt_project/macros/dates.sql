{# A date so many days or months later. dbt's dateadd gives a timestamp on some
   engines. #}
{% macro add_days(day, number) -%}
    cast({{ dbt.dateadd('day', number, day) }} as date)
{%- endmacro %}

{% macro add_months(day, number) -%}
    cast({{ dbt.dateadd('month', number, day) }} as date)
{%- endmacro %}

{# Whether a period is the same one of the year before: to the day, where the last
   day of a month stays the last. School terms end on another day each year, with
   Easter, and the day of offers moves where it would be on a weekend. #}
{% macro is_a_year_before(earlier_end, later_end, basis) -%}
    (
        {{ earlier_end }}
        between {{ add_months(later_end, -12) }}
        and {{ add_days(add_months(later_end, -12), 1) }}
        or (
            ({{ basis }} like 'academic%' or {{ basis }} in ('term', 'annual'))
            and {{ earlier_end }}
            between {{ add_days(add_months(later_end, -12), -45) }}
            and {{ add_days(add_months(later_end, -12), 45) }}
        )
    )
{%- endmacro %}

{# Completed years by month and day: a child born on 29 February has the
   birthday on 1 March in a common year, which interval arithmetic gets wrong
   (docs/figures.md, 'Windows'). #}
{% macro age_in_years(birth_date, day) -%}
    extract(year from {{ day }}) - extract(year from {{ birth_date }})
    - case
        when extract(month from {{ day }}) * 100 + extract(day from {{ day }})
            < extract(month from {{ birth_date }}) * 100
            + extract(day from {{ birth_date }})
            then 1
        else 0
    end
{%- endmacro %}

{# The calendar year in which the financial year of a day begins: the year of the
   1 April on or before it. #}
{% macro financial_year_start(day) -%}
    cast(
        extract(year from {{ day }})
        - case when extract(month from {{ day }}) < 4 then 1 else 0 end
        as integer
    )
{%- endmacro %}

{# The date of a mid-year population estimate. #}
{% macro mid_year_date(year) -%}
    cast(cast({{ year }} as string) || '-06-30' as date)
{%- endmacro %}

{# A day of a year that is a column or an expression, such as
   date_in_year('end_year - 1', '04-01'). #}
{% macro date_in_year(year, month_and_day) -%}
    cast(cast({{ year }} as string) || '-{{ month_and_day }}' as date)
{%- endmacro %}

{# The last day of a month. #}
{% macro month_end(day) -%}
    cast({{ dbt.last_day(day, 'month') }} as date)
{%- endmacro %}
