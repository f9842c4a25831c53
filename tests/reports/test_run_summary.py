"""The run's summary: what was taken in, what is held, what was rejected, who is asked what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from orchestration.reports.content.run_summary import render_run_summary

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

BEGAN = datetime(2025, 4, 1, 1, 2, 3, tzinfo=UTC)  # as the fixture says
CHECK = "structure.annex_a.list_9"


def words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def page_of(warehouse: Warehouse, folder: Path) -> html.HtmlElement:
    render_run_summary(warehouse.write(folder / "warehouse.duckdb"), folder / "summary.html")
    return html.fromstring((folder / "summary.html").read_text(encoding="utf-8"))


def rows_of(page: html.HtmlElement, label: str) -> list[list[str]]:
    rows = page.xpath(f"//div[@aria-label='{label}']//tbody/tr")
    return [[words(cell) for cell in row] for row in rows]


def add_submission(warehouse: Warehouse, month: str, **said: Any) -> None:
    usual = {
        "submission_id": f"{month}{len(warehouse.rows['fct_submissions'])}", "area_code": "E09000003",
        "source": "annex_a", "folder_month": month, "as_at_date": date.fromisoformat(f"{month}-28"),
        "received_at": BEGAN, "rows_loaded": 1000, "rows_quarantined": 2, "status": "accepted",
    }  # fmt: skip
    warehouse.rows["fct_submissions"].append(usual | said)


@pytest.fixture
def night(warehouse: Warehouse) -> Warehouse:
    """One indicator with a value, one that is held; another run an hour before."""
    warehouse.rows["dim_runs"].append(
        {"run_id": "20250401T000203-abcdef", "as_at": date(2025, 3, 31), "code_version": "1.2.3",
         "status": "published", "is_synthetic": False, "started_at": BEGAN.replace(hour=0)}
    )  # fmt: skip
    warehouse.add_indicator("rate", title="Referrals")
    warehouse.add_figure("rate", "2025-03-31", 1, denominator=1000, value=10.0)
    warehouse.add_indicator("plans", position="SC10", title="Plans")
    warehouse.add_figure(
        "plans",
        "2025-03-31",
        1,
        denominator=9,
        value=11.1,
        status="held",
        status_reason="held by a check",
    )
    warehouse.rows["fct_holds"].append(
        {"area_code": "E09000003", "indicator_id": "plans", "source": "annex_a", "table_name": "list_9",
         "check_id": CHECK, "cause": f"{CHECK} (annex_a list_9) since the extract of 2025-03-31",
         "released_by": f"cypp accept {CHECK} --area E09000003"}
    )  # fmt: skip
    return warehouse


def test_figures_are_counted_by_status_and_holds_say_what_releases_them(
    night: Warehouse, tmp_path: Path
) -> None:
    page = page_of(night, tmp_path)
    assert rows_of(page, "Table of figures by status") == [["Barnet", "1 value available, 1 held"]]
    assert rows_of(page, "Table of held figures") == [
        ["Barnet", "Held by structure.annex_a.list_9 (Annex A list 9) since the extract of 31 Mar 2025",
         "SC10 Plans", "a good extract, or a named person: cypp accept structure.annex_a.list_9 --area E09000003"]
    ]  # fmt: skip
    assert "began on 1 Apr 2025 at 01:02 UTC" in words(page)


def test_hold_names_figures_that_no_report_prints_and_a_failure_that_holds_none(
    night: Warehouse, tmp_path: Path
) -> None:
    night.add_indicator("variant", position="", title="Plans, another way", reports="")
    night.add_figure("variant", "2025-03-31", 1, denominator=9, value=11.1, status="held")
    night.rows["fct_holds"].append(night.rows["fct_holds"][-1] | {"indicator_id": "variant"})
    night.rows["fct_dq_results"].append(
        {"check_id": "gias.establishments.volume", "area_code": "national", "source": "gias",
         "table_name": "establishments", "as_at_date": date(2025, 3, 31), "severity": "error", "passed": False,
         "status": "run", "status_reason": "10 rows against 80"}
    )  # fmt: skip
    held = rows_of(page_of(night, tmp_path), "Table of held figures")
    assert [row[2] for row in held] == ["SC10 Plans; Plans, another way", "no figure"]
    assert held[1][0] == "National files"
    assert "gias.establishments.volume" in held[1][1] and held[1][1].endswith("10 rows against 80")


def test_what_this_run_took_in_stands_beside_what_was_there(
    night: Warehouse, tmp_path: Path
) -> None:
    """A run takes in before it says that it has started."""
    earlier = BEGAN.replace(hour=0, minute=1)
    add_submission(night, "2025-01", received_at=earlier)
    add_submission(night, "2025-02", status="superseded", received_at=earlier)
    add_submission(night, "2025-02", received_at=BEGAN.replace(minute=1))
    add_submission(night, "2025-03", status="rejected", reason="no sheet is a list")
    add_submission(night, "2025-02", source="gias", area_code="national")
    page = page_of(night, tmp_path)
    assert rows_of(page, "Table of sources") == [
        ["Barnet", "Annex A", "28 Feb 2025", "2", "1", "2", "2,000", "4"],
        ["National files", "GIAS", "28 Feb 2025", "1", "0", "1", "1,000", "2"],
    ]
    assert words(page.get_element_by_id("figures")) == (
        "3 submissions taken in, 1 figure held, 1 submission rejected"
    )


def test_a_rejected_submission_is_told_until_another_version_replaces_it(
    night: Warehouse, tmp_path: Path
) -> None:
    earlier = BEGAN.replace(hour=0)
    add_submission(night, "2025-01", status="rejected", reason="cut off", received_at=earlier)
    add_submission(night, "2025-01")
    add_submission(night, "2025-03", status="rejected", reason="no sheet is a list")
    page = page_of(night, tmp_path)
    assert rows_of(page, "Table of rejected submissions") == [
        ["Barnet", "Annex A", "2025-03", "no sheet is a list"]
    ]


def test_open_cases_are_counted_by_owner_and_overdue_the_day_after(
    night: Warehouse, tmp_path: Path
) -> None:
    for number, (status, due) in enumerate(
        [("open", "2025-03-30"), ("open", "2025-03-31"), ("open", None), ("fixed", "2025-03-01")]
    ):
        night.rows["fct_dq_issues"].append(
            {"issue_key": str(number), "area_code": "E09000003", "owner": "Head of data", "status": status,
             "due_date": due and date.fromisoformat(due)}
        )  # fmt: skip
    assert rows_of(page_of(night, tmp_path), "Table of open cases") == [
        ["Barnet", "Head of data", "3", "1"]
    ]


def test_a_quiet_run_says_so(warehouse: Warehouse, tmp_path: Path) -> None:
    said = words(page_of(warehouse, tmp_path))
    for sentence in (
        "0 submissions taken in, no figure held, none rejected",
        "Nothing is held.",
        "No case is open.",
    ):
        assert sentence in said  # fmt: skip
