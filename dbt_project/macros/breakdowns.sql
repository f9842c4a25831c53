{# The breakdowns that records carry themselves, and those of a child, which are
   in pop_children: names of dbt_project.yml, since dbt's unit tests know no graph.
   Which population offers which is said by `meta: {breakdown: true}`. #}
{% macro record_breakdowns() -%}
    {{ return(var('record_breakdowns')) }}
{%- endmacro %}

{% macro child_breakdowns() -%}
    {{ return(var('child_breakdowns')) }}
{%- endmacro %}

{# A column marked as a breakdown that dbt_project.yml does not name would have no
   figures: refused instead. #}
{% macro refuse_unnamed_breakdowns() -%}
    {%- for node in population_models() -%}
        {%- set kind = 'child_breakdowns' if node.name == 'pop_children'
            else 'record_breakdowns' -%}
        {%- for column in node.columns.values()
            if column.config.get('meta', {}).get('breakdown')
            and column.name not in var(kind) -%}
            {%- do exceptions.raise_compiler_error(
                node.name ~ '.' ~ column.name ~ ' is marked as a breakdown but '
                ~ 'is not among the ' ~ kind ~ ' of '
                ~ 'dbt_project/dbt_project.yml: add it there, else it has no '
                ~ 'figures'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# The bands of DfE's statistics of children, by the age in completed years; -1 is
   before birth. #}
{% macro age_band(age) -%}
    case
        when {{ age }} is null then 'not recorded'
        when {{ age }} < 0 then 'unborn'
        when {{ age }} < 1 then '0'
        when {{ age }} < 5 then '1-4'
        when {{ age }} < 10 then '5-9'
        when {{ age }} < 16 then '10-15'
        when {{ age }} < 18 then '16-17'
        else '18+'
    end
{%- endmacro %}

{# A value of a breakdown as the key of a map. #}
{% macro group_key(breakdown, breakdown_value) -%}
    {{ breakdown }} || ': ' || {{ breakdown_value }}
{%- endmacro %}

{# What a pupil is taught with: S is the statement before the plan, A and P are
   support before 2014 (DfE, common basic data set, SENprovision). #}
{% macro sen_provision(code) -%}
    case
        when {{ code }} in ('E', 'S') then 'EHC plan'
        when {{ code }} in ('K', 'A', 'P') then 'SEN support'
        when {{ code }} = 'N' then 'no identified SEN'
        else 'not recorded'
    end
{%- endmacro %}

{% macro disadvantage(is_disadvantaged) -%}
    case
        when {{ is_disadvantaged }} then 'disadvantaged'
        when not {{ is_disadvantaged }} then 'not disadvantaged'
        else 'not recorded'
    end
{%- endmacro %}

{% macro first_language(is_other_than_english) -%}
    case
        when {{ is_other_than_english }} then 'other than English'
        when not {{ is_other_than_english }} then 'English'
        else 'not recorded'
    end
{%- endmacro %}

{# Codes N1 to N9 of the CIN census and the SSDA903 return (DfE, CIN census
   guide, 2024, PrimaryNeedCode); N0 is 'not stated'. #}
{% macro primary_need(code) -%}
    case {{ code }}
        when 'N1' then 'abuse or neglect'
        when 'N2' then 'disability or illness of the child'
        when 'N3' then 'disability or illness of a parent'
        when 'N4' then 'family in acute stress'
        when 'N5' then 'family dysfunction'
        when 'N6' then 'socially unacceptable behaviour'
        when 'N7' then 'low income'
        when 'N8' then 'absent parenting'
        when 'N9' then 'cases other than children in need'
        else 'not recorded'
    end
{%- endmacro %}

{% macro category_of_abuse(code) -%}
    case {{ code }}
        when 'NEG' then 'neglect'
        when 'PHY' then 'physical abuse'
        when 'SAB' then 'sexual abuse'
        when 'EMO' then 'emotional abuse'
        when 'MUL' then 'multiple or not recommended'
        else 'not recorded'
    end
{%- endmacro %}

{# SSDA903 codes of all years together, in the groups of DfE's tables (SSDA903
   guide, 2025, placement codes). #}
{% macro placement_type(code) -%}
    case
        when {{ code }} in ('U1', 'U2', 'U3')
            then 'fostered by relatives or friends'
        when {{ code }} in ('U4', 'U5', 'U6') then 'fostered by others'
        when {{ code }} in ('A3', 'A4', 'A5', 'A6')
            then 'placed for adoption'
        when {{ code }} in ('K1', 'K2') then 'children''s home'
        when {{ code }} in ('K3', 'H5', 'P2')
            then 'supported or independent living'
        when {{ code }} = 'P1' then 'with parents'
        when {{ code }} is null or {{ code }} = 'unmapped' then 'not recorded'
        else 'other'
    end
{%- endmacro %}

{% macro legal_status(code) -%}
    case
        when {{ code }} in ('C1', 'C2', 'D1') then 'care order'
        when {{ code }} = 'E1' then 'placement order'
        when {{ code }} = 'V2' then 'accommodated'
        when {{ code }} in ('L1', 'L2', 'L3') then 'emergency protection'
        when {{ code }} in ('J1', 'J2', 'J3') then 'youth justice'
        else 'not recorded'
    end
{%- endmacro %}

{# Whether a child came to the country alone, as the list says it. #}
{% macro unaccompanied(code) -%}
    case {{ code }}
        when 'Y' then 'unaccompanied'
        when 'N' then 'not unaccompanied'
        else 'not recorded'
    end
{%- endmacro %}

{# Whether a child has a disability, as the list says it. #}
{% macro disability(code) -%}
    case {{ code }}
        when 'Y' then 'disabled'
        when 'N' then 'not disabled'
        else 'not recorded'
    end
{%- endmacro %}

{# Sources of referral of the CIN census (guide, 2024, ReferralSource), in the
   groups of DfE's table C1. #}
{% macro referral_source(code) -%}
    case
        when {{ code }} in ('1A', '1B', '1C', '1D') then 'individual'
        when {{ code }} in ('2A', '2B') then 'schools and education'
        when {{ code }} in ('3A', '3B', '3C', '3D', '3E', '3F') then 'health'
        when {{ code }} = '4' then 'housing'
        when {{ code }} in ('5A', '5B', '5C', '5D') then 'local authority'
        when {{ code }} = '6' then 'police'
        when {{ code }} in ('7', '8') then 'other'
        when {{ code }} = '9' then 'anonymous'
        else 'not recorded'
    end
{%- endmacro %}

{# How care ended (SSDA903 guide, 2025, reasons for an episode's ceasing). E43 and
   E44 are special guardianship up to March 2018 only (docs/social_care.md,
   'Leaving care'). #}
{% macro way_out_of_care(code, end_date) -%}
    case
        when {{ code }} in ('E11', 'E12') then 'adopted'
        when
            {{ code }} in ('E45', 'E46', 'E47', 'E48')
            or (
                {{ code }} in ('E43', 'E44')
                and {{ end_date }} < cast('2018-04-01' as date)
            )
            then 'special guardianship'
        when {{ code }} in ('E4A', 'E4B') then 'returned home'
        else 'left another way'
    end
{%- endmacro %}
