"""What public packs have printed is kept by value, whoever issued them or nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.intake.ledger import Ledger
from orchestration.reports.disclosure.printed import KEPT, read_memory, remember
from orchestration.reports.disclosure.release import PrintedFigure
from orchestration.settings import DataFolder
from orchestration.warehouse.publish import NotPublishable

AREA, END = "E09000003", date(2025, 3, 31)
DETAIL = {"as_at": "2025-04-30", "received_by": None, "code_version": "0", "is_synthetic": "yes"}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


def _run(folder: DataFolder, run_id: str, *rows: tuple, is_published: bool = True) -> None:
    """A run whose public pack prints these figures: indicator, numerator, denominator, value."""
    ledger, marts = Ledger(folder.ledger), folder.work / f"{run_id}.duckdb"
    ledger.record_run("started", run_id, DETAIL)
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create schema marts; create table marts.rpt_figures (edition varchar, indicator_id varchar,"
            " area_code varchar, period_end date, numerator double, denominator double, value double)"
        )
        for indicator, *shown in rows:
            values = ["public", indicator, AREA, END, *shown]
            connection.execute("insert into marts.rpt_figures values (?, ?, ?, ?, ?, ?, ?)", values)
    remember(folder, ledger, marts, run_id)
    if is_published:
        ledger.record_run("published", run_id, {})


def _figure(indicator: str, *counts: float | None, value: float | None = None) -> PrintedFigure:
    return PrintedFigure(indicator, AREA, END, END, "percentage", "p", *counts, value)


def test_a_figure_is_remembered_as_it_was_and_once(folder: DataFolder) -> None:
    _run(
        folder,
        "run-1",
        ("share", 20, 90, 22.0),
        ("mean", None, 30, 417.0),
        ("hidden", None, None, None),
    )
    _run(folder, "run-2", ("share", 20, 90, 22.0), ("mean", None, 30, 421.0))
    memory = read_memory(folder)

    assert {key[0]: len(shown) for key, shown in memory.shown.items()} == {"share": 1, "mean": 2}
    # The public percentage of a small base is rounded further than the figure.
    assert memory.has(_figure("share", 20, 90, value=22.2), is_sum=False)
    assert not memory.has_other(_figure("share", 20, 90, value=22.2), is_sum=False)
    assert not memory.has(_figure("share", 21, 90), is_sum=False)
    assert memory.has_other(_figure("share", 21, 90), is_sum=False)
    now = _figure("mean", 12630, 30, value=421.0)
    assert (memory.has(now, is_sum=True), memory.has_other(now, is_sum=True)) == (True, True)
    assert not memory.has(_figure("hidden", 3, 90), is_sum=False)
    assert len(list((folder.ledger / KEPT).glob("*.parquet"))) == 2


def test_a_pack_that_is_published_again_prints_the_same(folder: DataFolder) -> None:
    _run(folder, "run-1", ("share", 20, 90, 22.0))
    ledger = Ledger(folder.ledger)
    remember(folder, ledger, folder.work / "run-1.duckdb", "run-1")
    assert len(read_memory(folder).shown) == 1

    with duckdb.connect(str(folder.work / "run-1.duckdb")) as connection:
        connection.execute("update marts.rpt_figures set numerator = 21")
    with pytest.raises(NotPublishable, match="published a pack with other figures"):
        remember(folder, ledger, folder.work / "run-1.duckdb", "run-1")
    assert len(read_memory(folder).shown) == 1


def test_what_a_run_that_died_would_have_printed_is_no_memory(folder: DataFolder) -> None:
    _run(folder, "run-1", ("share", 20, 90, 22.0), is_published=False)
    assert read_memory(folder).shown == {}

    _run(folder, "run-2", ("share", 20, 90, 22.0))
    assert read_memory(folder).has(_figure("share", 20, 90), is_sum=False)
