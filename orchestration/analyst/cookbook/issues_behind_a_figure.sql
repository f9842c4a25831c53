-- Which open questions to data owners lie behind the rate of child protection plans?
select issues.source, issues.table_name, issues.rule_code, issues.field, issues.message, count(*) as n_records
from (select distinct indicator_id, source, table_name from marts.dim_indicator_tables) as tables
inner join marts.fct_dq_issues as issues
    on tables.source = issues.source and tables.table_name = issues.table_name and issues.status = 'open'
where tables.indicator_id = 'cp_plans_rate'
group by all
order by n_records desc, issues.source, issues.table_name, issues.rule_code, issues.field, issues.message
