"""The gate through whole runs: what a bad list 7 holds, what releases it, whose figures stand.

The runs follow one another in one data folder, so the tests do too: each looks at the next night.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations.suites import checks_of
from orchestration.checks.acceptance import NotAcceptable, accept_check
from orchestration.checks.gate import Vintage, table_checks
from orchestration.intake import judging
from orchestration.ledger.ledger import Acceptance, Ledger
from orchestration.night.errors import NothingPublished
from orchestration.night.steps import Request
from orchestration.settings import DataFolder, GateSettings
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.integration.inbox import drop_column
from tests.nights import run_night, take_in_all
from tests.story import query

# Nights of one list; `test_gate_of_all_sources.py` is part of every run of the tests.
pytestmark = pytest.mark.faults

# Children in need are counted from the list of plans, too.
PLANS = {
    "cp_plans_rate", "cp_plans_repeat_pct", "cp_plans_2_years_pct", "cp_plans_neglect_pct",
    "children_in_need_rate",
}  # fmt: skip
START = "Child Protection Plan Start Date"
CHECK = "annex_a.list_7.structure"


def _send(
    landing: Path, area: str, month: str, change: Callable[[dict[str, extracts.Grid]], None]
) -> None:
    sheets = extracts.annex_a(area, extracts.month_end(month))
    change(sheets)
    extracts.settled(
        extracts.write_workbook(landing / area / "annex_a" / month / "Annex A.xlsx", sheets)
    )


def _spoil(sheets: dict[str, extracts.Grid]) -> None:
    drop_column(sheets["List 7"], START)


def _nothing(_: dict[str, extracts.Grid]) -> None:
    return None


def _run(folder: DataFolder, as_at: date) -> None:
    run_night(folder, Request(as_at))


def _held(folder: DataFolder) -> set[tuple[str, str]]:
    rows = query(
        folder.warehouse_file,
        "select distinct indicator_id, area_code from marts.fct_indicator_values where status = 'held'",
    )
    return {(indicator, area) for indicator, area in rows}


def _of_the_plan(folder: DataFolder) -> set[str]:
    rows = query(
        folder.warehouse_file,
        "select indicator_id from marts.dim_indicators where plan <> 'practice'",
    )
    return {indicator for (indicator,) in rows}


def _reading(folder: DataFolder, source: str, table: str) -> set[str]:
    rows = query(
        folder.warehouse_file,
        "select distinct indicator_id from marts.dim_indicator_tables where source = ? and table_name = ?",
        source, table,
    )  # fmt: skip
    return {indicator for (indicator,) in rows}


def _rows(
    folder: DataFolder, period: str, indicator: str = "cp_plans_rate", area: str = BARNET
) -> list[tuple]:
    return query(
        folder.warehouse_file,
        "select breakdown, breakdown_value, numerator, denominator, value, status"
        " from marts.fct_indicator_values where indicator_id = ? and area_code = ? and period_end = ?"
        " order by all",
        indicator, area, period,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """After a good night and one on which Barnet's list 7 for April lacks a column."""
    made = DataFolder(tmp_path_factory.mktemp("gate") / "data")
    made.create()
    extracts.write_landing(made.landing)
    _run(made, date(2025, 3, 31))
    assert _held(made) == set()
    return made


def test_gate_holds_what_reads_the_list_and_releases_it(folder: DataFolder) -> None:
    before = {indicator: _rows(folder, "2025-03-31", indicator) for indicator in PLANS}
    _send(folder.landing, BARNET, "2025-04", _spoil)
    _send(folder.landing, CAMDEN, "2025-04", _nothing)
    _run(folder, date(2025, 4, 30))
    held = {indicator for indicator, _ in _held(folder)}
    assert held & _of_the_plan(folder) == PLANS
    # What practice asks of the same list is held with it.
    assert PLANS < held <= _reading(folder, "annex_a", "list_7")
    assert {area for _, area in _held(folder)} == {BARNET}

    for indicator in PLANS:
        after = _rows(folder, "2025-03-31", indicator)
        assert [row[:5] for row in after] == [row[:5] for row in before[indicator]]
        assert {row[5] for row in after} <= {"held", "not_applicable", "insufficient_history"}
    assert _rows(folder, "2025-04-30") == [("all", "all", None, None, None, "held")]
    [(reason,)] = query(
        folder.warehouse_file,
        "select distinct status_reason from marts.fct_indicator_values"
        " where indicator_id = 'cp_plans_rate' and status = 'held'",
    )
    for part in (CHECK, "list_7", "2025-04-30", START, "Newest good period: 2025-03-31"):
        assert part in reason

    release = Acceptance(
        CHECK, BARNET, "A. Manager", "No plans in April", date(2025, 12, 31), datetime(2025, 4, 30, tzinfo=UTC)
    )  # fmt: skip
    with pytest.raises(NotAcceptable, match=CHECK):
        accept_check(folder, replace(release, check_id="annex_a.list_3.volume"))
    accept_check(folder, release)
    act = Ledger(folder.ledger).trail()[-1]
    said = {"check": CHECK, "area": BARNET, "until": "2025-12-31"}
    assert (act.by, act.act, act.detail) == ("A. Manager", "accept", said)
    _run(folder, date(2025, 4, 30))
    assert _held(folder) == set()
    assert {row[5] for row in _rows(folder, "2025-04-30")} == {"no_data"}


def test_next_good_extract_releases(folder: DataFolder, tmp_path: Path) -> None:
    shutil.copytree(folder.root, tmp_path / "data", symlinks=True)
    copy = DataFolder(tmp_path / "data")
    _send(copy.landing, BARNET, "2025-05", _spoil)
    _run(copy, date(2025, 5, 31))
    assert {area for _, area in _held(copy)} <= {BARNET}
    _send(copy.landing, BARNET, "2025-05", _nothing)
    _run(copy, date(2025, 5, 31))
    assert _held(copy) == set()
    [(*_, status)] = [row for row in _rows(copy, "2025-05-31") if row[0] == "all"]
    assert status == "ok"


def test_return_of_which_a_file_was_cut_off_holds_what_reads_it_and_one_cut_to_its_headings_is_told(
    folder: DataFolder, tmp_path: Path
) -> None:
    shutil.copytree(folder.root, tmp_path / "data", symlinks=True)
    copy = DataFolder(tmp_path / "data")
    episodes = (
        extracts.write_submission(copy.landing, BARNET, "ssda903", "2025-04") / "episodes.csv"
    )
    whole = episodes.read_bytes()
    extracts.write_bytes(episodes, whole[:-40])

    _run(copy, date(2025, 4, 30))

    assert ("cla_rate", BARNET) in _held(copy)
    [(reason,)] = query(
        copy.warehouse_file,
        "select distinct status_reason from marts.fct_indicator_values"
        " where indicator_id = 'cla_rate' and status = 'held'",
    )
    assert "ssda903.episodes.structure" in reason and "the file was cut off" in reason

    extracts.write_bytes(episodes, whole[: whole.index(b"\n") + 1])
    take_in_all(copy, among={"ssda903"})
    vintage = Vintage(date(2025, 4, 30), None)
    checks = table_checks(copy, Ledger(copy.ledger), GateSettings(), vintage, only_source="ssda903")
    told = {check.check_id: check.message for check, _ in checks if not check.passed}
    assert told["ssda903.episodes.fewer_rows"].startswith("0 rows against ")


def test_emptied_suites_publish_nothing(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder.root, tmp_path / "data", symlinks=True)
    copy = DataFolder(tmp_path / "data")
    shutil.rmtree(copy.quality / "results")
    monkeypatch.setattr(judging, "checks_of", lambda *named: replace(checks_of(*named), told=()))
    before = copy.warehouse_file.stat().st_ino
    with pytest.raises(NothingPublished, match="no check ran"):
        _run(copy, date(2025, 4, 30))
    assert copy.warehouse_file.stat().st_ino == before
