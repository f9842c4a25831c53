"""Ofsted's monthly files: of what lies in a folder the list of latest inspections is read, and the others are named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import permutations
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.open_documents import open_document
from tests.reading import extract

Rows = list[list[str]]
# By the generation of their headings: what each school was judged last, and what was inspected in a year.
LATEST: dict[str, Rows] = {
    "from 2025": [
        ["URN", "School name", "Inspection number of latest full inspection", "Inspection start date", "Category of concern",
         "Latest OEIF overall effectiveness", "Latest OEIF quality of education", "Safeguarding standards"],
        ["101301", "SYN A", "NULL", "NULL", "NULL", "2", "2", "NULL"],
        ["101302", "SYN B", "1", "03/02/2026", "NULL", "NULL", "NULL", "Met"],
        ["101303", "SYN C", "NULL", "NULL", "NULL", "1", "1", "NULL"],
    ],
    "before": [
        ["URN", "School name", "Date of latest ungraded inspection", "Inspection start date", "Overall effectiveness",
         "Quality of education", "Safeguarding is effective?"],
        ["101301", "SYN A", "NULL", "12/05/2021", "2", "2", "Yes"],
        ["101302", "SYN B", "NULL", "12/05/2022", "3", "3", "Yes"],
        ["101303", "SYN C", "01/02/2023", "12/05/2018", "1", "1", "Yes"],
    ],
}  # fmt: skip
OF_A_YEAR: dict[str, Rows] = {
    "from 2025": [
        ["URN", "School name", "Inspection number", "Inspection type", "Inspection start date", "Category of concern",
         "Safeguarding standards", "Inclusion"],
        ["101302", "SYN B", "1", "S5", "03/02/2026", "NULL", "Met", "Strong standard"],
    ],
    "before": [
        ["URN", "School name", "Inspection number", "Inspection start date", "Ungraded inspection overall outcome",
         "Overall effectiveness", "Quality of education", "Safeguarding is effective?"],
        ["101301", "SYN A", "1", "12/05/2021", "NULL", "4", "4", "Yes"],
    ],
}  # fmt: skip
COVER: Rows = [["Cover"], ["State-funded schools"]]


def _csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("cp1252")


def _taken_in(root: Path, files: dict[str, bytes]) -> Extraction:
    (root / "in").mkdir()
    for name, content in files.items():
        (root / "in" / name).write_bytes(content)
    described = SubmissionFiles(
        "s", "national", "ofsted_mi", date(2026, 3, 31), tuple(sorted((root / "in").iterdir())), 6, None, "test"
    )  # fmt: skip
    return extract(described, bytes(32), root / "out")


def _schools(root: Path) -> list[tuple[int, str | None]]:
    rows = pq.read_table(root / "out" / "inspections.parquet").to_pylist()
    return [(row["urn"], row["overall_code"]) for row in rows]


def _expected(generation: str) -> list[tuple[int, str | None]]:
    headings, *rows = LATEST[generation]
    place = next(
        n for n, heading in enumerate(headings) if "overall effectiveness" in heading.lower()
    )
    return [(int(row[0]), None if row[place] == "NULL" else row[place]) for row in rows]


@pytest.mark.parametrize("generation", LATEST)
@pytest.mark.parametrize("of_year", OF_A_YEAR)
@pytest.mark.parametrize("names", [("a.csv", "z.csv"), ("z.csv", "a.csv")])
def test_of_both_monthly_files_the_latest_is_read_whatever_their_names(
    generation: str, of_year: str, names: tuple[str, str], tmp_path: Path
) -> None:
    latest, other = names
    read = _taken_in(tmp_path, {latest: _csv(LATEST[generation]), other: _csv(OF_A_YEAR[of_year])})

    assert (read.verdict, read.reason) == ("accepted", "")
    assert _schools(tmp_path) == _expected(generation)
    [told] = [one for one in read.findings if one.rule == "NOT_THE_TABLE"]
    assert other in told.text_for_officers() and "latest inspections" in told.remedy


@pytest.mark.parametrize("of_year", OF_A_YEAR)
def test_list_of_a_year_alone_is_refused_with_the_name_of_the_right_one(
    of_year: str, tmp_path: Path
) -> None:
    read = _taken_in(tmp_path, {"a.csv": _csv(OF_A_YEAR[of_year])})

    assert read.verdict == "rejected"
    assert "latest inspections" in " ".join(one.text() for one in read.findings).lower()
    assert not (tmp_path / "out" / "inspections.parquet").exists()


def _books() -> Iterator[object]:
    sheets = {
        "Cover": "cover",
        "D1_In_year_inspections": "year",
        "D2_Most_recent_inspections": "latest",
    }
    for order in permutations(sheets.items()):
        yield pytest.param(dict(order), id="-".join(sheets[name] for name, _ in order))


def _xlsx(sheets: dict[str, Rows]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


@pytest.mark.parametrize("sheets", [*_books()])
@pytest.mark.parametrize(
    ("write", "n_titles"), [(open_document, 2), (open_document, 0), (_xlsx, 3)]
)
def test_sheet_of_latest_inspections_is_read_wherever_it_stands(
    sheets: dict[str, str], write: object, n_titles: int, tmp_path: Path
) -> None:
    titles: Rows = [["D sheet title"], ["Some text"], ["More text"]][:n_titles]
    rows = {
        "cover": COVER,
        "year": [*titles, *OF_A_YEAR["from 2025"]],
        "latest": [*titles, *LATEST["from 2025"]],
    }
    content = write({name: rows[holds] for name, holds in sheets.items()})  # type: ignore[operator]

    read = _taken_in(tmp_path, {"State-funded_schools_31_March_2026.ods": content})

    assert (read.verdict, read.reason) == ("accepted", "")
    assert _schools(tmp_path) == _expected("from 2025")
    told = {one.rule: one.text_for_officers() for one in read.findings}
    assert "D1_In_year_inspections" in told["NOT_THE_TABLE"]
    assert "Cover" in told["TABLE_UNKNOWN"]
