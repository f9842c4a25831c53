{# Register minus report and report minus register are empty, in every area and
   edition that the report has. #}
{% test report_holds_its_register(model, reports) %}
with

asked_for as (
    select
        indicators.indicator_id,
        areas.area_code,
        areas.edition
    from {{ ref('dim_indicators') }} as indicators
    cross join (
        select distinct
            area_code,
            'restricted' as edition
        from {{ ref('fct_indicator_values') }}
    ) as areas
    where
        {%- for report in reports %}
        {{ 'or ' if not loop.first }}' ' || indicators.reports || ' '
        like '% {{ report }} %'
        {%- endfor %}
)

select
    asked_for.indicator_id as not_in_report,
    lines.indicator_id as not_in_register
from asked_for
full outer join {{ model }} as lines
    on
        asked_for.indicator_id = lines.indicator_id
        and asked_for.area_code = lines.area_code
        and asked_for.edition = lines.edition
where asked_for.indicator_id is null or lines.indicator_id is null
{% endtest %}
