"""What `cypp run` and `cypp status` say of an extract that may not be whole."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.operator.warned import warned_extracts

FEWER = "8 rows against 18 at 2025-02-28: fewer by more than a fifth"


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_dq_results (submission_id varchar, check_id varchar, area_code varchar,"
            " source varchar, as_at_date date, table_name varchar, column_name varchar, severity varchar,"
            " passed boolean, status varchar, status_reason varchar, rows_failed bigint)"
        )
        connection.execute(
            "create table marts.fct_submissions (submission_id varchar, area_code varchar, source varchar,"
            " folder_month varchar)"
        )
        yield connection


def add(
    marts: duckdb.DuckDBPyConnection, month: str, table: str, *,
    passed: bool, severity: str = "warn", rule: str = "fewer_rows",
    rows_failed: int = 10,
) -> None:  # fmt: skip
    marts.execute(
        "insert into marts.fct_dq_results values (?, ?, 'E1', 'annex_a', ?, ?, null, ?, ?, 'run', ?, ?)",
        [
            month,
            f"annex_a.{table}.{rule}",
            f"{month}-28",
            table,
            severity,
            passed,
            None if passed else FEWER,
            rows_failed,
        ],
    )
    marts.execute(
        "insert into marts.fct_submissions select ?, 'E1', 'annex_a', ?"
        " where not exists (select 1 from marts.fct_submissions where submission_id = ?)",
        [month, month, month],
    )


def test_each_extract_and_check_is_one_line_with_its_folder_about_the_worst_table(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    add(marts, "2025-03", "list_3", passed=False)
    add(marts, "2025-03", "list_4", passed=False, rows_failed=11)
    add(marts, "2025-03", "list_5", passed=False, rule="lost_zeros")
    add(marts, "2025-03", "list_7", passed=True)

    assert warned_extracts(marts) == [
        f"E1/annex_a/2025-03: annex_a.list_4.fewer_rows: {FEWER} (and 1 more like it)",
        f"E1/annex_a/2025-03: annex_a.list_5.lost_zeros: {FEWER}",
    ]


def test_only_the_newest_extract_is_told_and_what_holds_is_told_as_a_hold(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    add(marts, "2025-02", "list_3", passed=False)
    add(marts, "2025-03", "list_3", passed=True)
    add(marts, "2025-03", "list_4", passed=False, severity="error", rule="volume")

    assert warned_extracts(marts) == []
