"""Forms written from a small warehouse, and what the taking-in makes of them once filled."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.owners.forms.write import write_forms
from orchestration.settings import DataFolder
from tests.reading import extract
from tests.reports.conftest import Warehouse, printed, warehouse  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MONTH, AS_AT = "2025-03", date(2025, 3, 31)
Answers = dict[str, dict[str, Any]]
"""By the number in the first column: heading and answer."""


class Forms:
    """A data folder with the forms of a month."""

    def __init__(self, root: Path, published: Warehouse) -> None:
        self.folder = DataFolder(root / "data")
        self.folder.create()
        self.folder.warehouse.mkdir(parents=True, exist_ok=True)
        published.write(self.folder.warehouse_file)
        self.written = {
            f"{path.parent.name}/{path.stem.partition('_')[2]}": path
            for path, _ in write_forms(self.folder, root / "forms", MONTH)
        }
        self.root = root

    def sheet(self, form: str, name: str) -> Worksheet:
        """One sheet of a form."""
        return openpyxl.load_workbook(self.written[form])[name]

    def fill(self, form: str, answers: Answers, target: Path | None = None) -> Path:
        """Fill a form in as a person would, sheet after sheet, and save it under any name."""
        book = openpyxl.load_workbook(self.written[form])
        for sheet in book.worksheets[3:]:
            headings = [cell.value for cell in sheet[3]]
            for row in sheet.iter_rows(min_row=4):
                for heading, value in answers.get(str(row[0].value), {}).items():
                    row[headings.index(heading)].value = value
        path = target or self.root / "filled" / f"{form.replace('/', ' ')}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def take_in(self, source: str, *files: Path) -> Extraction:
        """What the taking-in makes of filled forms."""
        submission = SubmissionFiles("s", "E09000003", source, AS_AT, files, 6, "302", "f")
        return extract(submission, b"5a" * 32, self.root / "raw")


@pytest.fixture
def forms(warehouse: Warehouse, tmp_path: Path) -> Forms:  # noqa: F811 -- the fixture of that name
    """Three actions, one of them led by two agencies and reported on before, and a figure supplied before."""
    warehouse.add_action("1.1.1", action="Embed it", lead_agencies="Housing; Public Health")
    warehouse.add_action("1.1.2", action="=HYPERLINK(1)", lead_agencies="Housing")
    warehouse.add_action(
        "2.1.1", action="Last", lead_agencies="Regeneration & Development/Parks and Open Spaces"
    )
    warehouse.add_update("1.1.1", "2024-12-31", rag="AMBER", progress="Half done")
    warehouse.add_indicator(
        "mmr_by_2_pct", kind="percentage", headline_basis="annual", reports="", position=""
    )
    warehouse.add_figure("mmr_by_2_pct", "2024-12-31", None, value=84.5, status="ok")
    warehouse.add_indicator("cla_dental_pct", kind="percentage", unit="%", good_is="high")
    warehouse.add_figure("cla_dental_pct", "2025-03-31", 40, denominator=100, value=40.0)
    warehouse.add_target("cla_dental_pct", 85, near_within=5, far_within=10, polarity="high")
    warehouse.add_comment("cla_dental_pct", "2024-12-31", "Dentists were asked.")
    warehouse.add_indicator("cla_rate")
    warehouse.add_figure("cla_rate", "2025-03-31", 330, denominator=92958, value=35.5)
    return Forms(tmp_path, warehouse)
