"""The invariants over all figures and lines (dbt_project/tests/generic) notice a broken table.

Each is run as dbt would run it, on a table that keeps it and on the same table with one fault.
"""

from __future__ import annotations

import re

import duckdb
import jinja2
import pytest

from orchestration.settings import DBT_FOLDER

TESTS_FOLDER = DBT_FOLDER / "tests" / "generic"
BODY = re.compile(r"\{% test \w+\(model\) %\}(?P<body>.*)\{% endtest %\}", re.DOTALL)
# A percentage of four children in two sexes, a rate of three events in 1,000 children, of whom the boys have been
# counted and the girls have not, one period more.
GOOD = """
create table stg_run__indicators as
    select * from (values ('share', 'percentage', 'computed'), ('rate', 'rate_per_10k', 'computed'))
        as t (indicator_id, kind, method);
create table stg_run__bases as
    select * from (values ('share', 'rolling12'), ('rate', 'rolling12')) as t (indicator_id, basis);
create table stg_run__breakdowns as
    select * from (values ('share', 'sex'), ('rate', 'sex')) as t (indicator_id, breakdown);
create table stg_run__areas as select 'E09000003' as area_code;
create table hist_periods as
    select 'rolling12' as basis, unnest([date '2025-02-28', date '2025-03-31']) as period_end;
create table hist_education_grid (indicator_id text, area_code text, basis text, period_end date);
create table figures as
    select 'E09000003' as area_code, 'rolling12' as basis, * from (values
        ('share', date '2025-03-31', 'all', 'all', 1.0, 4.0, 25.0, null, 'ok', null),
        ('share', date '2025-03-31', 'sex', 'male', 1.0, 3.0, 33.3, null, 'ok', null),
        ('share', date '2025-03-31', 'sex', 'female', 0.0, 1.0, 0.0, null, 'ok', null),
        ('share', date '2025-02-28', 'all', 'all', 0.0, 0.0, null, null, 'not_applicable', 'nothing to count'),
        ('rate', date '2025-03-31', 'all', 'all', 3.0, 1000.0, 30.0, 30.0, 'ok', null),
        ('rate', date '2025-03-31', 'sex', 'male', 2.0, 400.0, 50.0, 20.0, 'ok', null),
        ('rate', date '2025-03-31', 'sex', 'female', 1.0, null, null, 10.0, 'not_applicable', 'no population'),
        ('rate', date '2025-02-28', 'all', 'all', null, null, null, null, 'no_data', 'no submission')
    ) as t (indicator_id, period_end, breakdown, breakdown_value, numerator, denominator, value, share_of_rate, status,
        status_reason);
create table fct_indicator_evidence as
    select 'E09000003' as area_code, 'rolling12' as basis, date '2025-03-31' as period_end, * from (values
        ('share', 1.0, 1.0), ('share', 0.0, 1.0), ('share', 0.0, 1.0), ('share', 0.0, 1.0),
        ('rate', 1.0, null), ('rate', 1.0, null), ('rate', 1.0, null)
    ) as t (indicator_id, numerator_amount, denominator_amount);
create table dim_indicators as
    select * from (values ('up', 'high'), ('down', 'low'), ('plain', 'neutral')) as t (indicator_id, good_is);
create table lines as
    select 'restricted' as edition, 'E09000003' as area_code, * from (values
        ('up', 'better', 60.0, 50.0, 55.0), ('down', 'worse', 60.0, 50.0, null), ('plain', 'lower', 40.0, 50.0, 41.0),
        ('up', 'no change', 40.0, 50.0, 60.0), ('down', 'not judged', null, null, null)
    ) as t (indicator_id, direction, value, usual, year_before_value);
create table fct_indicator_values as
    select 'rate' as indicator_id, 'E09000003' as area_code, 'rolling12' as basis, 'all' as breakdown, 'ok' as status,
        * from (values (date '2024-03-31', 25.0), (date '2025-03-31', 30.0)) as t (period_end, value);
create table parts as
    select 'rate' as indicator_id, 'E09000003' as area_code, 'rolling12' as basis, date '2025-03-31' as period_end,
        date '2024-03-31' as period_end_before, 5.0 as change, * from (values
        ('sex', 'male', 7.0), ('sex', 'female', -2.0), ('age_band', '0', 5.0)) as t (breakdown, breakdown_value, part);
"""  # fmt: skip
WHOLE = "breakdown = 'all' and period_end = '2025-03-31'"
FAULTS = {
    "grid_is_complete": (
        "delete from figures where status = 'no_data'",
        "delete from hist_periods where period_end = '2025-02-28'",
        "update figures set area_code = 'E09000007' where status = 'no_data'",
        "insert into stg_run__areas values ('E09000007')",
        "insert into hist_education_grid values ('rounds', 'E09000003', 'annual', date '2025-08-31')",
    ),
    "parts_sum_to_whole": (
        "delete from figures where indicator_id = 'share' and breakdown_value = 'female'",
        "delete from figures where breakdown = 'sex' and indicator_id = 'rate'",
        "update figures set numerator = 1 where indicator_id = 'rate' and breakdown_value = 'male'",
        "update figures set denominator = 2 where indicator_id = 'share' and breakdown_value = 'male'",
        "update figures set share_of_rate = 50 where indicator_id = 'rate' and breakdown_value = 'male'",
    ),
    "parts_stand_beside_wholes": (
        "update figures set period_end = '2025-02-28' where breakdown_value = 'female'",
        f"delete from figures where indicator_id = 'share' and {WHOLE}",
        f"update figures set status = 'no_data' where indicator_id = 'rate' and {WHOLE}",
        "update figures set share_of_rate = null where indicator_id = 'rate' and breakdown_value = 'female'",
        "update figures set status = 'not_applicable' where indicator_id = 'share' and breakdown_value = 'female'",
    ),
    "figures_agree_with_status": (
        "update figures set value = 0 where status = 'no_data'",
        "update figures set numerator = 0, denominator = 0 where status = 'no_data'",
        "update figures set denominator = null where status = 'not_applicable'",
        "update figures set denominator = 0 where indicator_id = 'share' and breakdown_value = 'male'",
        "update figures set status = 'not_recorded' where indicator_id = 'share' and breakdown_value = 'male'",
        "update figures set status_reason = null where status = 'no_data'",
        "update figures set denominator = 600 where indicator_id = 'rate' and breakdown_value = 'female'",
        "update figures set share_of_rate = null where indicator_id = 'rate' and breakdown_value = 'female'",
        "update figures set value = 10 where indicator_id = 'rate' and breakdown_value = 'female'",
    ),
    "evidence_sums_to_values": (
        "delete from fct_indicator_evidence where indicator_id = 'rate'",
        "update fct_indicator_evidence set denominator_amount = 2 where numerator_amount = 1",
        "update fct_indicator_evidence set numerator_amount = 2 where indicator_id = 'rate'",
        f"update figures set numerator = 2 where indicator_id = 'share' and {WHOLE}",
    ),
    "direction_agrees_with_figures": (
        "update lines set value = 50 where direction = 'better'",
        "update lines set year_before_value = 60 where direction = 'better'",
        "update lines set value = 49 where direction = 'worse'",
        "update lines set year_before_value = 60 where direction = 'worse'",
        "update lines set usual = 40 where direction = 'lower'",
        "update lines set year_before_value = 39 where direction = 'lower'",
        "update lines set usual = null where direction = 'better'",
        "update lines set direction = 'worse' where direction = 'better'",
        "update lines set direction = 'better' where direction = 'lower'",
        "update lines set direction = 'higher' where direction = 'lower'",
    ),
    "parts_sum_to_the_change": (
        "update parts set part = 8 where breakdown_value = 'male'",
        "delete from parts where breakdown_value = 'female'",
        "update parts set change = 6, part = case when breakdown_value = 'female' then -1 else part + 0 end",
        "update fct_indicator_values set value = 31 where value = 30",
        "update fct_indicator_values set value = 26 where value = 25",
        "update parts set period_end = '2025-02-28'",
    ),
}  # fmt: skip
TRIED_ON = {
    "direction_agrees_with_figures": "lines",
    "parts_sum_to_the_change": "parts",
}
CASES = [(name, fault) for name, faults in FAULTS.items() for fault in faults]


def failures(name: str, fault: str = "") -> int:
    """How many rows an invariant finds in the good table with one fault."""
    found = BODY.search((TESTS_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    assert found is not None, name
    sql = jinja2.Template(found["body"]).render(
        model=TRIED_ON.get(name, "figures"), ref=lambda relation: relation
    )
    with duckdb.connect() as connection:
        connection.execute(GOOD + fault)
        return len(connection.execute(sql).fetchall())


@pytest.mark.parametrize("name", FAULTS)
def test_invariant_holds_on_a_good_table(name: str) -> None:
    assert failures(name) == 0


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_invariant_notices_a_broken_table(name: str, fault: str) -> None:
    assert failures(name, fault) > 0


def test_every_invariant_of_the_figures_is_tried() -> None:
    generic = {path.stem for path in TESTS_FOLDER.glob("*.sql")}
    # the others are about keys and about the reports
    others = {
        "unique_combination", "has_parent", "report_holds_its_register", "board_holds_the_plan",
    }  # fmt: skip
    assert generic - others == set(FAULTS)
