"""Ids that lost leading zeros in one extract are told, whichever it is and in whatever order the extracts came."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from orchestration.checks.gate import Vintage, table_checks
from orchestration.checks.lost_zeros import IdsOfTable, judge_area
from orchestration.checks.tables import TableCheck, TableCount
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder, GateSettings
from tests import extracts
from tests.extracts import BARNET, CAMDEN, Grid
from tests.nights import take_in_all

FEBRUARY, MARCH = date(2025, 2, 28), date(2025, 3, 31)


def ids_of(
    source: str, table: str, *ids: str | None, as_at: date = MARCH, is_newest: bool = True
) -> IdsOfTable:
    count = TableCount(
        f"{source}{as_at}", BARNET, source, as_at, table, len(ids), 0, is_usable=True
    )
    return IdsOfTable(count, pd.Series(list(ids), dtype="object"), is_newest)


def told(*tables: IdsOfTable) -> dict[str, tuple[int, str]]:
    """Rows and message of each check that does not pass."""
    return {
        check.check_id: (check.rows_failed, check.message)
        for check in judge_area(tables)
        if not check.passed
    }


def test_source_without_zeros_is_told_with_the_source_that_has_them_and_what_to_do() -> None:
    assert told(
        ids_of("annex_a", "list_3", "00123", "04567", "88888"),
        ids_of("ssda903", "episodes", "123", "123", "4567", "88888", None),
    ) == {
        "ssda903.episodes.lost_zeros": (
            3,
            "2 of 3 ids lack leading zeros that they have in annex_a of 2025-03-31, so the children are not "
            "found there: export ids as text",
        )
    }


def test_list_of_the_same_extract_and_the_month_before_are_compared_too() -> None:
    lost = ids_of("annex_a", "list_3", "123")
    assert list(told(lost, ids_of("annex_a", "list_8", "00123"))) == ["annex_a.list_3.lost_zeros"]
    before = ids_of("annex_a", "list_3", "00123", as_at=FEBRUARY, is_newest=False)
    assert list(told(before, lost)) == ["annex_a.list_3.lost_zeros"]
    # the month before is past
    has_them_again = ids_of("annex_a", "list_3", "00123")
    assert (
        told(ids_of("annex_a", "list_3", "123", as_at=FEBRUARY, is_newest=False), has_them_again)
        == {}
    )


def test_ids_that_match_as_they_stand_are_two_children() -> None:
    both = ("00123", "123")
    assert told(ids_of("annex_a", "list_3", *both), ids_of("ssda903", "episodes", *both)) == {}


def test_source_that_lost_them_everywhere_is_told_though_its_own_extracts_agree() -> None:
    own = [ids_of("annex_a", name, "123") for name in ("list_3", "list_8")]
    own.append(ids_of("annex_a", "list_3", "123", as_at=FEBRUARY, is_newest=False))
    found = told(*own, ids_of("cin_census", "children", "000000123"))
    assert set(found) == {"annex_a.list_3.lost_zeros", "annex_a.list_8.lost_zeros"}


@given(
    numbers=st.sets(st.integers(0, 10**9 - 1), min_size=1, max_size=30),
    width=st.integers(1, 10),
)
def test_exactly_the_ids_that_are_shorter_than_elsewhere_are_told(
    numbers: set[int], width: int
) -> None:
    whole = [f"{number:0{width}d}" for number in sorted(numbers)]
    cut = [one.lstrip("0") or "0" for one in whole]
    n_lost = sum(len(short) < len(one) for short, one in zip(cut, whole, strict=True))

    found = told(ids_of("annex_a", "list_3", *whole), ids_of("epep", "plans", *cut))

    expected = {"epep.plans.lost_zeros": n_lost} if n_lost else {}
    assert {check: rows for check, (rows, _) in found.items()} == expected
    assert told(ids_of("annex_a", "list_3", *whole), ids_of("epep", "plans", *whole)) == {}


# ---------------------------------------------------------------- from files


def _renumbered(grid: Grid, *, as_numbers: bool) -> Grid:
    """The rows with ids of nine digits, or as a spreadsheet leaves them that takes ids for numbers."""
    ids = [f"{int(str(row[0])[-4:]) + 40_000_000:09d}" for row in grid[1:]]
    return [
        grid[0],
        *(
            [f"{int(one)}.0" if as_numbers else one, *row[1:]]
            for one, row in zip(ids, grid[1:], strict=True)
        ),
    ]


def _place(folder: DataFolder, area: str, source: str, *, as_numbers: bool = False) -> None:
    target = folder.landing / area / source / "2025-03"
    target.mkdir(parents=True)
    if source == "ssda903":
        for name, grid in extracts.ssda903(area, MARCH).items():
            extracts.write_csv(target / f"{name}.csv", _renumbered(grid, as_numbers=as_numbers))
    else:
        lists = {
            name: _renumbered(grid, as_numbers=as_numbers) if name != "List 11" else grid
            for name, grid in extracts.annex_a(area, MARCH).items()
        }
        extracts.write_workbook(target / "lists.xlsx", lists)


def _checks(folder: DataFolder) -> list[TableCheck]:
    vintage = Vintage(date(2025, 12, 31), None)
    checks = table_checks(folder, Ledger(folder.ledger), GateSettings(), vintage)
    return [check for check, _ in checks if check.rule == "lost_zeros"]


def test_order_of_arrival_does_not_matter_and_no_id_is_told(tmp_path: Path) -> None:
    outcomes = []
    for place, order in enumerate(permutations(("annex_a", "ssda903"))):
        folder = DataFolder(tmp_path / str(place))
        folder.create()
        for source in order:
            _place(folder, BARNET, source, as_numbers=source == "ssda903")
            _place(folder, CAMDEN, source)
            take_in_all(folder)
        outcomes.append(
            [(c.check_id, c.count.area_code, c.passed, c.message) for c in _checks(folder)]
        )

    first, second = outcomes
    assert sorted(first) == sorted(second)
    failed = {(check_id, area) for check_id, area, passed, _ in first if not passed}
    assert ("ssda903.episodes.lost_zeros", BARNET) in failed
    assert {(check_id.split(".")[0], area) for check_id, area in failed} == {("ssda903", BARNET)}
    assert not any("40000" in message for *_, message in first)
