"""The whole job on the same extracts in three orders of arrival: one set of figures, one set of records.

A small simulated authority tells of the same months by all three returns, so that every kind of record and
both headline sources are there. `tests/history` asks the same of the compiled SQL, over many worlds.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from orchestration.demo.areas import Area
from orchestration.demo.days import parse_month
from orchestration.demo.history import simulate
from orchestration.demo.write import extracts_of, write_extract
from orchestration.night.steps import Request
from orchestration.settings import DataFolder
from tests.extracts import settled
from tests.nights import run_night, take_in_all
from tests.story import copy_data, query

pytestmark = pytest.mark.faults

AREA = Area("E09000002", "A small borough", {2020: 3_000.0}, records_away=True, dfe_code="301")
FIRST_MONTH, LAST_MONTH = "2024-12", "2025-03"
AS_AT = date(2026, 1, 31)
NOT_FIGURES = ("run_id", "first_reported_value")
TABLES = ("fct_indicator_values", "fct_counted_records")
Folders = Sequence[Path]


def _said(_step: str, _done: int, _total: int) -> None:
    """Nothing is shown while a test runs."""


def _deliveries(landing: Path) -> list[Path]:
    """The folders of one submission each, oldest month first, as `landing` holds them."""
    first, last = parse_month(FIRST_MONTH), parse_month(LAST_MONTH)
    history = simulate(AREA, 7, first, last)
    extracts = list(extracts_of(first, last))
    for extract in extracts:
        write_extract(landing, history, extract)
    folders = {extract.folder(landing, AREA) for extract in extracts}
    return sorted(folders, key=lambda folder: (folder.name, folder.parent.name))


def _take_in(folder: DataFolder) -> None:
    take_in_all(folder)


def _arrive(folder: DataFolder, delivery: Path) -> None:
    """One submission, received in a night of its own."""
    target = folder.landing / Path(*delivery.parts[-3:])
    shutil.copytree(delivery, target)
    for path in target.iterdir():
        settled(path)
    _take_in(folder)


def _returns_first(folders: Folders) -> list[Path]:
    return sorted(folders, key=lambda folder: folder.parent.name == "annex_a")


def _newest_first(folders: Folders) -> list[Path]:
    return list(reversed(folders))


def _figures(folder: DataFolder) -> dict[str, list[tuple]]:
    columns = {
        table: query(
            folder.warehouse_file,
            "select column_name from information_schema.columns where table_schema = 'marts'"
            " and table_name = ? order by ordinal_position",
            table,
        )
        for table in TABLES
    }
    return {
        table: query(
            folder.warehouse_file,
            f"select {', '.join(name for (name,) in names if name not in NOT_FIGURES)}"
            f" from marts.{table} order by all",
        )
        for table, names in columns.items()
    }


def test_three_orders_of_arrival_give_equal_figures(tmp_path: Path) -> None:
    """The figures equal those of having received everything in order (dbt_project/docs/history.md)."""
    deliveries = _deliveries(tmp_path / "deliveries")
    began = DataFolder(tmp_path / "began")
    began.create()
    _take_in(began)

    told = []
    for number, in_order in enumerate((list, _newest_first, _returns_first)):
        folder = DataFolder(copy_data(began.root, tmp_path / f"order_{number}"))
        for delivery in in_order(deliveries):
            _arrive(folder, delivery)
        run_night(folder, Request(AS_AT))
        told.append(_figures(folder))

    assert told[1] == told[0]
    assert told[2] == told[0]
    sources = {
        source
        for (source,) in query(
            folder.warehouse_file, "select distinct source from marts.fct_counted_records"
        )
    }
    assert sources == {"annex_a", "cin_census", "ssda903"}
