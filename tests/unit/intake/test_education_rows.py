"""Values and rows of the education files: years, weeks, ranges, quarantine, which duplicate counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from expectations.checks import AS_AT, SUBMISSION
from expectations.contract import Column, Record, Table
from expectations.rules.derived import UNREAD
from expectations.suites import table_checks
from orchestration.intake.cover import cover_of, date_in_name
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.judging import Judged, judge_rows
from orchestration.intake.tables.cells import (
    UNREADABLE,
    is_wrong_upn,
    parse_academic_year,
    parse_week,
    type_column,
)
from orchestration.intake.tables.typed_tables import named_columns
from tests.reading import extract

DAY = date(2025, 12, 31)
CODES = {"phase": {"PRI": (), "SEC": ()}}


def _text(**more: object) -> Column:
    return Column.model_validate({"heading": "x", "type": "text", "because": "test", **more})


def _judged(columns: dict[str, Column], record: Record, cells: dict[str, list[object]]) -> Judged:
    table = Table(title="rows", columns=columns, records={"row": record})
    typed = {name: type_column(cells[name], column, CODES) for name, column in columns.items()}
    frame = pd.DataFrame({name: column.values for name, column in typed.items()})
    unread = {name: column.is_unreadable for name, column in typed.items()}
    frame[UNREAD] = named_columns(unread, len(frame))
    frame[SUBMISSION], frame[AS_AT], frame["is_overlong"] = "s", pd.Timestamp(DAY), False
    return judge_rows(table, table_checks("source", "rows", table), frame)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024/25", 2025), ("202425", 2025), ("2024-25", 2025), (202425.0, 2025), ("1999/00", 2000),
        ("2024/26", UNREADABLE), ("2025", UNREADABLE), ("24/25", UNREADABLE),
    ],
)  # fmt: skip
def test_academic_year_is_the_year_in_which_it_ends(text: object, expected: object) -> None:
    assert parse_academic_year(text) == expected


def test_week_moves_back_to_its_monday() -> None:
    days = ("2025-09-08", "2025-09-09", "2025-09-14")
    assert [parse_week(day) for day in days] == [date(2025, 9, 8)] * 3
    assert parse_week("soon") is UNREADABLE


def test_number_outside_its_range_cannot_be_read() -> None:
    column = Column(heading="score", type="decimal", lowest=80, highest=120)
    typed = type_column(["80", "79.5", "120", "121", None], column, {})
    assert typed.is_unreadable.tolist() == [False, True, False, True, False]


def test_text_that_is_no_value_in_a_source_is_null() -> None:
    column = Column(heading="number", type="integer")
    typed = type_column(["NA", "na", "NULL", "7"], column, {}, no_value=("NA",))
    assert typed.values.isna().tolist() == [True, True, True, False]
    assert not typed.is_unreadable.any()


def test_row_without_a_needed_value_or_with_an_unusable_one_is_quarantined() -> None:
    columns = {
        "id": _text(value="needed"),
        "phase": Column(heading="phase", type="code", code_list="phase", value="needed"),
        "sessions": Column(heading="sessions", type="integer", value="checked"),
        "note": Column(heading="note", type="integer"),
    }
    judged = _judged(
        columns,
        Record(key=("id",)),
        {
            "id": [
                "good",
                "no sessions",
                None,
                "no phase",
                "odd phase",
                "odd sessions",
                "odd note",
            ],
            "phase": ["PRI", "SEC", "PRI", None, "XYZ", "PRI", "PRI"],
            "sessions": ["1", None, "1", "1", "1", "many", "1"],
            "note": ["1", "1", "1", "1", "1", "1", "many"],
        },
    )
    assert judged.kept.tolist() == [True, True, False, False, False, False, True]
    assert judged.quarantined.sum() == 4


def test_last_row_of_a_key_counts_and_an_order_goes_before_the_file() -> None:
    columns = {"id": _text(), "start": Column(heading="start", type="date"), "code": _text()}
    cells: dict[str, list[object]] = {
        "id": ["a", "a", "b", "b", "c", "c"],
        "start": ["2026-01-10", "2025-10-01", None, "2025-01-01", "2025-01-01", "2025-01-01"],
        "code": ["new", "old", "undated", "dated", "first", "last"],
    }
    by_date = Record(key=("id",), keep="last", newest_by=("start",))
    by_place = Record(key=("id",), keep="last")
    assert _judged(columns, by_date, cells).kept.tolist() == [True, False, False, True, False, True]
    assert _judged(columns, by_place, cells).kept.tolist() == [
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_part_above_its_whole_is_quarantined() -> None:
    columns = {
        "id": _text(),
        "attended": Column(heading="attended", type="integer"),
        "possible": Column(heading="possible", type="integer"),
    }
    record = Record(key=("id",), at_most=(("attended", "possible"),))
    cells: dict[str, list[object]] = {
        "id": ["a", "b", "c"], "attended": ["10", "11", "0"], "possible": ["10", "10", "0"],
    }  # fmt: skip
    assert _judged(columns, record, cells).quarantined.tolist() == [False, True, False]


def test_points_are_needed_for_another_qualification_only() -> None:
    columns = {
        "id": _text(),
        "kind": Column(heading="kind", type="code", code_list="phase"),
        "points": Column(heading="points", type="decimal"),
    }
    record = Record(key=("id",), needed_when=(("points", "kind", "SEC"),))
    cells: dict[str, list[object]] = {
        "id": ["a", "b", "c"], "kind": ["PRI", "SEC", "SEC"], "points": [None, None, "8.5"],
    }  # fmt: skip
    assert _judged(columns, record, cells).quarantined.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("rule", "as_at", "first_day"),
    [
        ("month", date(2026, 2, 28), date(2026, 2, 1)),
        ("two_calendar_years", date(2025, 5, 31), date(2024, 1, 1)),
        ("school_year", date(2025, 7, 31), date(2024, 8, 1)),
        ("school_year", date(2025, 8, 31), date(2025, 8, 1)),
    ],
)
def test_cover_of_education_tables(rule: str, as_at: date, first_day: date) -> None:
    assert cover_of(rule, as_at, 6) == (first_day, as_at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Management_information_-_latest_inspections_as_at_31_Jan_2026.csv", date(2026, 1, 31)),
        ("latest inspections as at 31 August 2024.csv", date(2024, 8, 31)),
        ("edubasealldata20260131.csv", date(2026, 1, 31)),
        ("edubasealldata20261331.csv", None),
        ("inspections.csv", None),
    ],
)
def test_date_in_the_name_of_a_file(name: str, expected: date | None) -> None:
    assert date_in_name(name) == expected


def _extracted(tmp_path: Path, source: str, files: dict[str, bytes], as_at: date = DAY) -> Path:
    """Where the rows of these files are."""
    _extraction(tmp_path, source, files, as_at)
    return tmp_path / "raw"


def _extraction(
    tmp_path: Path, source: str, files: dict[str, bytes], as_at: date = DAY
) -> Extraction:
    landed = tmp_path / "landed"
    landed.mkdir()
    for name, content in files.items():
        (landed / name).write_bytes(content)
    submission = SubmissionFiles(
        submission_id="s", area_code="E09000003", source=source, folder_as_at=as_at,
        files=tuple(sorted(landed.iterdir())), look_back_months=6, dfe_code="302", fingerprint="",
    )  # fmt: skip
    extraction = extract(submission, b"secret of the tests", tmp_path / "raw")
    assert extraction.verdict == "accepted", extraction.reason
    assert extraction.as_at_date <= as_at
    return extraction


def test_file_speaks_for_every_round_it_names_also_by_a_row_set_aside(tmp_path: Path) -> None:
    header = (
        "academic_year,urn,laestab,upn,sex,ethnicity,fsm6cla1a,senprovision,read_scaled,read_status,"
        "mat_scaled,mat_status,writ_ta,elig_rwm,read_prog,writ_prog,mat_prog"
    )
    rows = [
        "2024/25,101301,3022001,SYN1,F,WBRI,0,N,104,,110,,EXS,1,1.2,-0.4,2.1",
        "202324,101301,3022001,SYN2,F,WBRI,maybe,N,104,,110,,EXS,1,,,",
    ]
    read = _extraction(tmp_path, "ks2", {"a.csv": "\n".join([header, *rows]).encode()})
    raw = tmp_path / "raw"
    assert pq.read_table(raw / "pupils.parquet").num_rows == 1
    units = pq.read_table(raw / "pupils_units.parquet").column("academic_year").to_pylist()
    assert sorted(units) == [2024, 2025]
    assert read.tables["pupils"].units == ("2024", "2025")


def test_windows_1252_inspections_of_drifted_headings_load_with_the_date_of_their_name(
    tmp_path: Path,
) -> None:
    content = (
        "urn ,School name,LATEST OEIF  overall effectiveness,Latest OEIF  safeguarding is effective?,"
        "Inspection start date of latest OEIF graded inspection,Something new\r\n"
        "101301,St Mary\u2019s,2,Yes,14/03/2023,x\r\n101302,Hill,Not judged,No,NULL,y\r\n"
        "101303,Dale,Good,Yes,01/02/2020,\r\n"
    ).encode("cp1252")
    name = "state-funded_schools_-_latest_inspections_as_at_30_Nov_2025.csv"
    read = _extraction(tmp_path, "ofsted_mi", {name: content})
    raw = tmp_path / "raw"
    table = pq.read_table(raw / "inspections.parquet")
    assert table.column("overall_code").to_pylist() == ["2", "not judged", "2"]
    assert table.column("graded_date").to_pylist() == [
        date(2023, 3, 14), None, date(2020, 2, 1),
    ]  # fmt: skip
    assert read.as_at_date == date(2025, 11, 30)


@pytest.mark.parametrize("other", ["a_year_to_date_inspections", "z_all_inspections"])
def test_date_in_the_name_of_a_list_that_is_left_out_dates_nothing(
    tmp_path: Path, other: str
) -> None:
    latest = (
        b"URN,Latest OEIF overall effectiveness,Latest OEIF quality of education\r\n101301,2,2\r\n"
    )
    of_a_year = (
        b"URN,Inspection number,Overall effectiveness,Quality of education\r\n101301,1,4,4\r\n"
    )
    files = {
        "latest_inspections_as_at_30_Nov_2025.csv": latest,
        f"{other}_31_Oct_2025.csv": of_a_year,
    }
    read = _extraction(tmp_path, "ofsted_mi", files)
    raw = tmp_path / "raw"
    assert pq.read_table(raw / "inspections.parquet").column("overall_code").to_pylist() == ["2"]
    assert read.as_at_date == date(2025, 11, 30)


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        ("A302000000001", True), ("Z990000000000", False), ("Y990000000000", True), ("H998302200000", False),
        # a temporary number: its last letter weighs by its place
        ("D80120000001A", True), ("I990000000000", True), ("Z99000000000", True), ("1.23E+11", True), (None, False),
    ],
)  # fmt: skip
def test_number_of_a_pupil_has_the_letter_of_its_digits(number: str | None, is_wrong: bool) -> None:
    column = pd.Series([number, "Z990000000000"], dtype="string")
    assert is_wrong_upn(column).tolist() == [is_wrong, False]


def test_person_who_has_reached_an_age_and_row_without_what_it_needs_are_quarantined() -> None:
    columns = {
        "id": _text(),
        "day": Column(heading="day", type="date"),
        "born": Column(heading="born", type="date"),
    }
    record = Record(key=("id",), younger_than=(("day", "born", 25),), needs=("born",))
    cells: dict[str, list[object]] = {
        "id": ["a", "b", "c", "d"], "day": ["2025-02-28", "2025-03-01", "2025-03-01", None],
        "born": ["2000-02-29", "2000-02-29", None, "1990-01-01"],
    }  # fmt: skip
    assert _judged(columns, record, cells).quarantined.tolist() == [False, True, True, False]
