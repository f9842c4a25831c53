"""A small simulated authority, and its extracts of three months, shared by the tests of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.demo.areas import Area
from orchestration.demo.days import parse_month
from orchestration.demo.history import History, simulate
from orchestration.demo.write import extracts_of, write_extract

FIRST, LAST = parse_month("2024-01"), parse_month("2024-03")
SMALL = Area("E09000002", "A small borough", {2020: 9_000.0}, records_away=True, dfe_code="301")


@pytest.fixture(scope="session")
def history() -> History:
    return simulate(SMALL, 7, FIRST, LAST)


@pytest.fixture(scope="session")
def landing(history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "landing"
    for extract in extracts_of(FIRST, LAST):
        write_extract(folder, history, extract)
    return folder / SMALL.code
