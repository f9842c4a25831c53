"""Forms out, filled as a person fills them, and what the taking-in reads or says about each cell."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pyarrow.parquet as pq
import pytest

from expectations.contract import contract_for
from orchestration.owners.forms.plan_updates import COLOURS, agencies_of
from orchestration.owners.forms.write import NoForms, write_forms
from orchestration.registry.indicators import load_indicators
from orchestration.settings import DataFolder
from tests.accessible_workbooks import faults_of

if TYPE_CHECKING:
    from tests.forms.conftest import Forms

HOUSING, EVERYBODY, INDICATORS, MMR = (
    "plan_updates/housing",
    "plan_updates/all-lead-agencies",
    "plan_updates/indicators",
    "manual_returns/public-health",
)
DONE = {"Status": "In progress", "Colour": "Green", "Progress": "Nine teams trained"}


def rows_of(forms: Forms, table: str, *columns: str) -> list[tuple[object, ...]]:
    found = pq.read_table(forms.root / "raw" / f"{table}.parquet").to_pylist()
    return [tuple(row[column] for column in columns) for row in found]


def test_each_lead_agency_has_a_sheet_with_its_actions_and_what_was_said_last(forms: Forms) -> None:
    book = openpyxl.load_workbook(forms.written[EVERYBODY])
    parks = "Regeneration & DevelopmentParks"
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Housing", "Public Health", parks]
    rows = list(forms.sheet(HOUSING, "Housing").iter_rows(min_row=4, values_only=True))
    last, end = datetime(2024, 12, 31), datetime(2025, 3, 31)
    both, empty = "Housing; Public Health", (None, None, None, None)
    assert rows == [
        ("1.1.1", "Embed it", both, last, "In progress", "Amber", "Half done", end, *empty, "Housing", None),
        ("1.1.2", "=HYPERLINK(1)", "Housing", "[x]", "[x]", "[x]", "[x]", end, *empty, "Housing", None),
    ]  # fmt: skip


def test_forms_are_accessible_and_have_drop_downs(forms: Forms) -> None:
    for path in forms.written.values():
        assert faults_of(path) == []
        assert path.stat().st_mode & 0o077 == 0
    lists = forms.sheet(HOUSING, "Housing").data_validations.dataValidation
    assert [one.formula1 for one in lists] == [
        '"Not started,In progress,Complete,Stopped"', f'"{",".join(COLOURS)}"'
    ]  # fmt: skip


def test_filled_lines_are_read_and_the_others_are_no_rows(forms: Forms) -> None:
    path = forms.fill(HOUSING, {"1.1.1": DONE | {"Risk": "Money"}})
    found = forms.take_in("plan_updates", path)
    assert (found.verdict, found.findings) == ("accepted", [])
    assert (found.tables["updates"].received, found.tables["updates"].loaded) == (1, 1)
    columns = ("action", "update_date", "status", "rag", "progress", "risk", "supplied_by")
    assert rows_of(forms, "updates", *columns) == [
        (
            "1.1.1",
            date(2025, 3, 31),
            "in_progress",
            "GREEN",
            "Nine teams trained",
            "Money",
            "Housing",
        )
    ]


def test_every_sheet_of_a_workbook_counts_and_csv_may_stand_beside_it(forms: Forms) -> None:
    book = forms.fill(EVERYBODY, {"1.1.1": DONE, "2.1.1": DONE})
    csv = forms.root / "old.csv"
    csv.write_text(
        "action_id,as_at,status,rag,progress,risk,supplied_by\n1.1.2,2025-03-01,stopped,RED,,,Housing\n"
    )
    found = forms.take_in("plan_updates", csv, book)
    assert found.verdict == "accepted"
    # two agencies report on 1.1.1 as at one day: the last line counts, and both are told
    assert [row[0] for row in rows_of(forms, "updates", "action")] == ["1.1.2", "1.1.1", "2.1.1"]
    [finding] = found.findings
    assert finding.rule == "DUPLICATE_DIFFERS"
    assert "sheet Housing," in finding.text_for_officers()


def test_indicators_that_are_off_target_are_asked_about_and_no_others(forms: Forms) -> None:
    rows = list(forms.sheet(INDICATORS, "Indicators").iter_rows(min_row=4, values_only=True))
    dental = next(one for one in load_indicators() if one.id == "cla_dental_pct")
    end, owner = datetime(2025, 3, 31), dental.data_owner
    assert rows == [
        (dental.id, dental.title, owner, "40.0%", "Red", "Dentists were asked.", end, None, owner, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"Supplied by": None}, "value_missing"),
        ({"Comment as at": "2025-04-01"}, "date_after_as_at"),
        ({"Measure number": "cla_dentist"}, "code_unknown"),
    ],
    ids=lambda said: next(iter(said)) if isinstance(said, dict) else said,
)
def test_comment_is_read_and_a_wrong_one_is_told(
    forms: Forms, wrong: dict[str, object], rule: str
) -> None:
    said = {
        "What is being done": "Free places each week.",
        "Released for the public by": "A person",
    }
    found = forms.take_in("plan_updates", forms.fill(INDICATORS, {"cla_dental_pct": said}))
    assert (found.verdict, found.findings) == ("accepted", [])
    columns = ("indicator", "comment_date", "comment", "released_by")
    assert rows_of(forms, "comments", *columns) == [
        ("cla_dental_pct", date(2025, 3, 31), "Free places each week.", "A person")
    ]

    found = forms.take_in("plan_updates", forms.fill(INDICATORS, {"cla_dental_pct": said | wrong}))
    assert [one.rule for one in found.findings] == [rule]
    assert found.tables["comments"].loaded == 0


def test_form_that_nobody_filled_in_says_nothing(forms: Forms) -> None:
    found = forms.take_in("plan_updates", forms.written[HOUSING], forms.written[EVERYBODY])
    assert (found.verdict, found.findings, found.tables["updates"].received) == ("accepted", [], 0)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"Status": "Nearly"}, "code_unknown"),
        ({"Colour": "Purple"}, "code_unknown"),
        ({"Status": None}, "value_missing"),
        ({"Supplied by": None}, "value_missing"),
        ({"Update as at": "soon"}, "unreadable"),
        ({"Update as at": "2025-04-01"}, "date_after_as_at"),
        ({"Action number": "1.1.9"}, "code_unknown"),
    ],
    ids=lambda said: next(iter(said.items())) if isinstance(said, dict) else said,
)
def test_wrong_cell_has_one_message_that_says_where_it_stands(
    forms: Forms, wrong: dict[str, object], rule: str
) -> None:
    path = forms.fill(HOUSING, {"1.1.1": DONE, "1.1.2": DONE | wrong})
    found = forms.take_in("plan_updates", path)
    [finding] = found.findings
    [column] = wrong
    assert (finding.rule, finding.severity, finding.column, finding.rows) == (
        rule,
        "quarantine",
        column,
        (5,),
    )
    assert finding.text_for_officers().startswith(
        f"plan_updates housing.xlsx, sheet Housing, updates, column '{column}', row 5: "
    )
    assert found.tables["updates"].loaded == 1


def test_message_about_the_second_sheet_names_it(forms: Forms) -> None:
    path = forms.fill(EVERYBODY, {"1.1.2": DONE, "2.1.1": DONE | {"Status": "Nearly"}})
    [finding] = forms.take_in("plan_updates", path).findings
    assert (finding.column, finding.rows) == ("Status", (4,))
    assert "sheet Regeneration & DevelopmentParks," in finding.text_for_officers()


def test_form_without_a_needed_column_is_refused_and_a_further_one_is_named(forms: Forms) -> None:
    book = openpyxl.load_workbook(forms.fill(HOUSING, {"1.1.1": DONE}))
    sheet = book["Housing"]
    headings = [cell.value for cell in sheet[3]]
    sheet.cell(3, headings.index("Colour") + 1).value = "Mood"
    book.save(forms.root / "changed.xlsx")
    found = forms.take_in("plan_updates", forms.root / "changed.xlsx")
    assert found.verdict == "rejected"
    assert "the table has no column 'Colour' [COLUMN_MISSING]" in found.reason


def test_manual_form_shows_what_was_supplied_and_reads_figures_and_reasons(forms: Forms) -> None:
    [row] = forms.sheet(MMR, "Figures").iter_rows(min_row=4, values_only=True)
    assert (row[0], row[5]) == ("mmr_by_2_pct", 84.5)
    path = forms.fill(MMR, {"mmr_by_2_pct": {"Numerator": 0, "Denominator": 4980}})
    asked = forms.fill("manual_returns/camhs", {"camhs_wait_weeks": {"Note": "not measured"}})
    found = forms.take_in("manual_returns", path, asked)
    assert (found.verdict, found.findings) == ("accepted", [])
    columns = (
        "indicator",
        "period_end",
        "numerator",
        "denominator",
        "value",
        "supplied_by",
        "note",
    )
    assert rows_of(forms, "returns", *columns) == [
        ("mmr_by_2_pct", date(2024, 12, 31), 0.0, 4980.0, None, "Public Health", None),
        ("camhs_wait_weeks", date(2024, 12, 31), None, None, None, "CAMHS", "not measured"),
    ]


def test_manual_figure_that_is_no_number_has_one_message(forms: Forms) -> None:
    path = forms.fill(MMR, {"mmr_by_2_pct": {"Value": "about 80"}})
    [finding] = forms.take_in("manual_returns", path).findings
    assert (finding.rule, finding.column, finding.rows) == ("unreadable", "Value", (4,))


def test_every_manual_measure_is_asked_of_one_supplier_and_known_to_the_contract(
    forms: Forms,
) -> None:
    manual = {one.id for one in load_indicators() if one.method == "manual"}
    asked = [
        row[0]
        for name in forms.written
        if name.startswith("manual_returns/")
        for row in forms.sheet(name, "Figures").iter_rows(min_row=4, values_only=True)
    ]
    assert sorted(asked) == sorted(manual)
    assert set(contract_for("manual_returns").code_lists["indicator"]) == manual


def test_joint_actions_stand_on_the_form_of_each_agency() -> None:
    class Joint:
        lead_agencies = "Barnet CCG; Family Services"

    assert agencies_of(Joint()) == ["Barnet CCG", "Family Services"]  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize("month", ["2025-13", "march", "2025-3"])
def test_no_form_without_a_month_or_a_warehouse(month: str, tmp_path: Path) -> None:
    with pytest.raises(NoForms, match="YYYY-MM"):
        write_forms(DataFolder(tmp_path), tmp_path / "forms", month)
    with pytest.raises(NoForms, match="nothing is published"):
        write_forms(DataFolder(tmp_path), tmp_path / "forms", "2025-03")
    assert not (tmp_path / "forms").exists()
