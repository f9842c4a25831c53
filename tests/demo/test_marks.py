"""Every file says that it is invented, and the mark is no table to the product."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import openpyxl
import pytest

from expectations.contract import contract_for
from orchestration.demo import write, write_demo
from orchestration.demo.workbook import NOTICE, SYNTHETIC
from orchestration.intake.landing import scan
from orchestration.intake.marks import MARK
from orchestration.intake.readers import read_file
from orchestration.intake.tables.headings import normalise_heading
from tests.demo.conftest import SMALL


def test_workbook_is_marked_where_a_reader_looks(landing: Path) -> None:
    path = next(landing.rglob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    assert book.properties.title == SYNTHETIC
    assert SYNTHETIC in book.properties.description
    assert book.sheetnames[-1] == SYNTHETIC
    assert all(SYNTHETIC in (sheet.oddHeader.center.text or "") for sheet in book.worksheets)
    with zipfile.ZipFile(path) as parts:
        assert NOTICE in parts.read("xl/charts/chart1.xml").decode().replace("&apos;", "'")


def test_mark_is_not_read_as_a_table(landing: Path) -> None:
    known = frozenset(normalise_heading(heading) for heading in contract_for("annex_a").headings())
    blocks = read_file(next(landing.rglob("*.xlsx")), known)
    assert [block.sheet for block in blocks] == [f"List {number}" for number in range(1, 12)]


def test_rows_of_a_return_are_marked(landing: Path) -> None:
    for path in landing.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            ids = [row["CHILD"] for row in csv.DictReader(file)]
        assert sum(child.startswith("SYN") for child in ids) >= 0.9 * len(ids), path.name


def test_workers_are_obviously_invented(landing: Path) -> None:
    book = openpyxl.load_workbook(next(landing.rglob("*.xlsx")), read_only=True)
    headings, *rows = list(book["List 3"].values)
    place = headings.index("Allocated Worker")
    assert all(str(row[place]).startswith("Worker ") for row in rows)


def test_every_folder_is_marked_and_the_mark_is_no_extract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "choose_areas", lambda number, *_: [SMALL] * number)
    write_demo(tmp_path, seed=1, months=1, last="2024-01", progress=lambda step, done, total: None)
    found = scan(tmp_path / "landing", 0)
    assert all(submission.is_synthetic for submission in found.submissions)
    assert {path.name for one in found.submissions for path in one.files}.isdisjoint({MARK})
    assert found.findings == ()
    assert {submission.source for submission in found.submissions} >= {
        "annex_a",
        "ssda903",
        "cin_census",
        "nccis",
        "gias",
    }
