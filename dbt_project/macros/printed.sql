{# A value as it is printed: half away from zero on the exact decimal value
   (docs/figures.md, 'Values and rounding'). Nine decimals are far below every
   printed place and far above the noise of a double: a ratio of whole numbers that is not itself a tie lies
   further than 1e-9 from one as long as its denominator has under eight digits. #}
{% macro printed_value(value, decimals) -%}
    cast(
        case {{ decimals }}
            {%- for places in range(5) %}
            when {{ places }}
                then round(cast({{ value }} as decimal(28, 9)), {{ places }})
            {%- endfor %}
        end
        as double
    )
{%- endmacro %}

{# A published period as people write it: 2024-25 for a financial year, 2024/25
   for an academic one, 2024 for a calendar year, the months of a winter, else the
   day on which it ends. #}
{% macro printed_period(basis, period_end) -%}
    case
        when {{ basis }} in (
            'fy', 'academic_year', 'academic_year_autumn_spring'
        )
            then
                cast(extract(year from {{ period_end }}) - 1 as string)
                || case when {{ basis }} = 'fy' then '-' else '/' end
                || substr(
                    cast(extract(year from {{ period_end }}) as string), 3, 2
                )
        when {{ basis }} = 'annual'
            then cast(extract(year from {{ period_end }}) as string)
        when {{ basis }} = 'december_to_february'
            then
                'Dec '
                || cast(extract(year from {{ period_end }}) - 1 as string)
                || ' to Feb '
                || cast(extract(year from {{ period_end }}) as string)
        else cast({{ period_end }} as string)
    end
{%- endmacro %}

{# Whole months from the end of a period to a later day; the last day of a month
   is a whole month after the last day of another (28 February to 31 March). #}
{% macro age_in_months(period_end, day) -%}
    cast(
        (extract(year from {{ day }}) - extract(year from {{ period_end }})) * 12
        + extract(month from {{ day }}) - extract(month from {{ period_end }})
        - case
            when
                extract(day from {{ day }}) < extract(day from {{ period_end }})
                and extract(day from {{ add_days(day, 1) }}) <> 1
                then 1
            else 0
        end
        as integer
    )
{%- endmacro %}
