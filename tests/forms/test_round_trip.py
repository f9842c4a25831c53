"""A form from the desk to the page: written, filled, put into landing, taken in by a run, printed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb

from orchestration.night.steps import Request
from orchestration.settings import DataFolder
from tests.extracts import BARNET, settled
from tests.nights import run_night

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forms.conftest import Forms


def test_filled_forms_reach_the_figures_and_the_board(forms: Forms, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "run")
    folder.create()
    done = {
        "Status": "Complete",
        "Colour": "Blue",
        "Progress": "Nine teams trained",
        "Risk": "Money",
    }
    barnet = folder.landing / BARNET
    update = barnet / "plan_updates/2025-03/filled by housing.xlsx"
    given = barnet / "manual_returns/2025-03/any name.xlsx"
    forms.fill("plan_updates/housing", {"1.1.1": done}, update)
    forms.fill(
        "manual_returns/public-health",
        {"mmr_by_2_pct": {"Numerator": 4210, "Denominator": 4980}},
        given,
    )
    for file in (update, given):
        settled(file)
    run_night(folder, Request(date(2025, 3, 31)), with_pages=True)
    with duckdb.connect(str(folder.warehouse_file), read_only=True) as connection:
        board = connection.execute(
            "select status, rag, progress, risk, cast(updated_on as varchar) from marts.rpt_board"
            " where edition = 'restricted' and action_id = '1.1.1'"
        ).fetchall()
        figure = connection.execute(
            "select numerator, denominator, round(value, 4), status from marts.fct_indicator_values"
            " where indicator_id = 'mmr_by_2_pct' and area_code = 'E09000003' and period_end = date '2024-12-31'"
        ).fetchall()
    assert board == [("complete", "BLUE", "Nine teams trained", "Money", "2025-03-31")]
    assert figure == [(4210, 4980, 84.5382, "ok")]
    page = folder.outputs / "2025-03" / "restricted" / "board.html"
    assert "Nine teams trained" in page.read_text(encoding="utf-8")
