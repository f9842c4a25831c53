"""The table checks of dbt_project/docs/gate.md, 'What fails a table', with the default settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.checks.tables import (
    CellCount,
    TableCheck,
    TableCount,
    judge_tables,
    tables_of_rejected,
)
from orchestration.settings import GateSettings

DEFAULT = GateSettings()
MARCH, APRIL, MAY = date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)


def count(
    rows: int, *, as_at: date = APRIL, quarantined: int = 0, table: str = "list_3", source: str = "annex_a",
    area: str = "E09000003", is_usable: bool = True,
) -> TableCount:  # fmt: skip
    return TableCount(f"{area}{as_at}", area, source, as_at, table, rows, quarantined, is_usable)


def failures(*counts: TableCount, settings: GateSettings = DEFAULT) -> list[tuple[str, date]]:
    """What fails and can hold."""
    return [
        (check.check_id, check.count.as_at_date)
        for check in judge_tables(counts, settings)
        if not check.passed and check.severity == "error"
    ]


def warnings(*counts: TableCount, settings: GateSettings = DEFAULT) -> list[tuple[str, str]]:
    return [
        (check.check_id, check.message)
        for check in judge_tables(counts, settings)
        if not check.passed and check.severity == "warn"
    ]


def test_halved_list_fails_by_volume() -> None:
    assert failures(count(200, as_at=MARCH), count(99)) == [("annex_a.list_3.volume", APRIL)]


def test_exactly_half_and_exactly_double_pass() -> None:
    assert failures(count(200, as_at=MARCH), count(100), count(200, as_at=MAY)) == []


def test_more_than_double_fails_by_volume() -> None:
    before = count(200, as_at=MARCH, table="list_6")
    assert failures(before, count(401, table="list_6")) == [("annex_a.list_6.volume", APRIL)]


def test_emptied_list_of_fewer_than_fifty_rows_passes() -> None:
    assert failures(count(49, as_at=MARCH, table="list_10"), count(0, table="list_10")) == []


def test_emptied_list_of_fifty_rows_fails() -> None:
    found = failures(count(50, as_at=MARCH, table="list_10"), count(0, table="list_10"))
    assert found == [("annex_a.list_10.volume", APRIL)]


def test_six_percent_quarantined_fails_and_five_percent_passes() -> None:
    assert failures(count(100, quarantined=6)) == [("annex_a.list_3.quarantined_share", APRIL)]
    assert failures(count(100, quarantined=5)) == []


def unread(
    column: str, cells: CellCount, *, source: str = "annex_a", table: str = "list_8"
) -> list[TableCheck]:
    [*checks] = judge_tables(
        [replace(count(100, table=table, source=source), cells={column: cells})], DEFAULT
    )
    return [check for check in checks if check.rule == "unread_share"]


@pytest.mark.parametrize(
    ("filled", "bad", "passes"),
    [(40, 2, True), (39, 2, False), (1, 1, True), (2, 2, False), (100, 5, True), (100, 6, False)],
)
def test_column_fails_when_two_cells_and_more_than_a_twentieth_say_nothing(
    filled: int, bad: int, *, passes: bool
) -> None:
    [check] = unread("latest_dental_check_date", CellCount(filled, bad))
    assert check.check_id == "annex_a.list_8.unread_share.latest_dental_check_date"
    assert (check.passed, check.rows_checked, check.rows_failed) == (passes, filled, bad)


def test_column_holds_only_the_populations_that_read_it() -> None:
    [dental] = unread("latest_dental_check_date", CellCount(4, 2))
    [start] = unread("start_date", CellCount(4, 2))
    [pupil] = unread("nc_year", CellCount(4, 2), source="epep", table="plans")
    assert dental.populations == ("looked_after_12_months",)
    assert start.populations is None
    assert pupil.populations is None


def test_codes_of_no_list_are_named_with_how_often_each_is_there() -> None:
    [check] = unread("legal_status_code", CellCount(20, 6, {"Z9": 4, "other words": 2}))
    assert "6 of 20 values of Child's Legal Status (30.0%)" in check.message
    assert check.message.endswith("'Z9' 4 times, 'other words' 2 times")


def test_share_is_silent_below_twenty_rows() -> None:
    assert failures(count(19, quarantined=19)) == []
    assert failures(count(20, quarantined=2)) == [("annex_a.list_3.quarantined_share", APRIL)]


def test_unusable_table_fails_structure_and_is_nobody_s_comparison() -> None:
    found = failures(
        count(200, as_at=MARCH), count(0, as_at=APRIL, is_usable=False), count(190, as_at=MAY)
    )
    assert found == [("annex_a.list_3.structure", APRIL)]


def test_a_failed_submission_is_not_what_the_next_is_compared_with() -> None:
    assert failures(count(200, as_at=MARCH), count(90, as_at=APRIL), count(195, as_at=MAY)) == [
        ("annex_a.list_3.volume", APRIL)
    ]


def test_an_accepted_failure_is_what_the_next_is_compared_with() -> None:
    counts = [count(200, as_at=MARCH), count(90, as_at=APRIL), count(95, as_at=MAY)]

    def accepted(check: TableCheck) -> bool:
        return check.count.as_at_date == APRIL

    checks = judge_tables(counts, DEFAULT, accepted)
    assert [c.count.as_at_date for c in checks if not c.passed] == [APRIL]


@pytest.mark.parametrize("before", [18, 49, 50, 200])
def test_table_of_any_size_that_lost_more_than_a_fifth_is_warned_about(before: int) -> None:
    enough = -(-4 * before // 5)
    assert warnings(count(before, as_at=MARCH), count(enough)) == []
    assert failures(count(before, as_at=MARCH), count(enough - 1)) == []
    assert warnings(count(before, as_at=MARCH), count(enough - 1)) == [
        ("annex_a.list_3.fewer_rows",
         f"{enough - 1} rows against {before} at {MARCH}: fewer by more than a fifth. Send it again unless it is whole")
    ]  # fmt: skip


def test_more_rows_are_not_warned_about_and_a_halved_list_is_told_once() -> None:
    assert warnings(count(10, as_at=MARCH), count(49)) == []
    assert warnings(count(200, as_at=MARCH), count(99)) == []


def test_extract_with_a_warning_is_what_the_next_is_compared_with() -> None:
    counts = [count(200, as_at=MARCH), count(150), count(120, as_at=MAY)]
    assert [check_id for check_id, _ in warnings(*counts)] == ["annex_a.list_3.fewer_rows"]


def test_warning_compares_as_the_volume_check_does() -> None:
    def episodes(rows: int, as_at: date) -> TableCount:
        return count(rows, as_at=as_at, source="ssda903", table="episodes")

    assert warnings(episodes(30, date(2024, 3, 31)), episodes(18, date(2025, 3, 31)))


@pytest.mark.parametrize("rows", [120, 60, 0])
def test_warning_stays_where_the_volume_check_is_switched_off(rows: int) -> None:
    off = GateSettings(volume_check=False)
    told = warnings(count(200, as_at=MARCH), count(rows), settings=off)
    assert [check_id for check_id, _ in told] == ["annex_a.list_3.fewer_rows"]
    return_before = count(30, as_at=date(2025, 2, 28), source="ssda903", table="episodes")
    shorter = count(20, as_at=MARCH, source="ssda903", table="episodes")
    assert warnings(return_before, shorter, settings=off)


@pytest.mark.parametrize(
    ("source", "table"), [("ssda903", "episodes"), ("cin_census", "cin_details")]
)
@pytest.mark.parametrize(
    ("rows", "month", "is_told"),
    [
        (23, date(2025, 3, 31), True),
        (24, date(2025, 3, 31), False),
        (0, date(2025, 3, 31), True),
        # Of another year: what happened in the one before has gone from it, but not everything.
        (10, date(2025, 4, 30), False),
        (0, date(2025, 4, 30), True),
    ],
)
def test_return_that_is_shorter_than_one_before_it_is_told_though_none_of_a_year_ago_is_there(
    source: str, table: str, rows: int, month: date, *, is_told: bool
) -> None:
    def of(n_rows: int, as_at: date) -> TableCount:
        return count(n_rows, as_at=as_at, source=source, table=table)

    told = warnings(of(30, date(2025, 2, 28)), of(rows, month))
    assert [check_id for check_id, _ in told] == [f"{source}.{table}.fewer_rows"] * is_told
    assert failures(of(300, date(2025, 2, 28)), of(rows, month)) == []


@pytest.mark.parametrize(
    ("source", "table"), [("attendance", "school_weeks"), ("sen2", "requests")]
)
def test_yearly_source_that_does_not_restate_its_year_is_told_by_a_year_ago_only(
    source: str, table: str
) -> None:
    rows = [count(n, as_at=day, source=source, table=table) for n, day in ((30, MARCH), (0, APRIL))]
    assert warnings(*rows) == []


def test_yearly_returns_are_compared_with_the_same_month_a_year_earlier() -> None:
    def episodes(rows: int, as_at: date) -> TableCount:
        return count(rows, as_at=as_at, source="ssda903", table="episodes")

    assert failures(episodes(100, date(2025, 1, 31)), episodes(400, date(2025, 2, 28))) == []
    for before, now in (
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2024, 3, 28), date(2025, 3, 31)),
        (date(2024, 3, 31), date(2025, 3, 31)),
    ):
        found = failures(episodes(100, before), episodes(201, now))
        assert found == [("ssda903.episodes.volume", now)]


def test_areas_and_tables_do_not_mix() -> None:
    assert failures(count(500, as_at=MARCH, area="E09000001"), count(10)) == []
    assert failures(count(500, as_at=MARCH, table="list_4"), count(10)) == []


def test_volume_can_be_switched_off() -> None:
    off = GateSettings(volume_check=False)
    assert failures(count(500, as_at=MARCH), count(10), settings=off) == []


@pytest.mark.parametrize(
    ("source", "whole"), [("annex_a", False), ("ssda903", False), ("cin_census", True)]
)
def test_a_rejected_submission_fails_all_tables_only_where_it_is_rejected_whole(
    source: str, whole: bool
) -> None:
    assert bool(tables_of_rejected(source)) is whole


def test_rounds_are_compared_with_an_earlier_file_of_the_same_rounds_only() -> None:
    def of(rows: int, as_at: date, *units: str) -> TableCount:
        return TableCount(str(as_at), "E09000003", "epep", as_at, "plans", rows, 0, True, "", units)

    year = of(900, MARCH, "2025 AUT", "2025 SPR", "2025 SUM")
    term, shrunk = of(300, APRIL, "2026 AUT"), of(100, MAY, "2026 AUT")
    assert failures(year, term) == []
    assert failures(year, term, shrunk) == [("epep.plans.volume", MAY)]
