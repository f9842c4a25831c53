"""Bad input, one fault at a time: one clear message, the outcome of contract 2 and 5, all else untouched.

Rows of tests/faults/fault_rows.csv are named beside their cases. What the readers do with a single file is
tested in `tests/unit/intake`; here it is what becomes of a submission.
"""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from lxml import etree

from orchestration.intake import extract, judging, landing, submissions, to_read
from orchestration.intake.kept.made_tables import extractions_table
from orchestration.intake.keys import keyed_hash
from orchestration.intake.names import in_full
from orchestration.workers import Allowance, ConfinedWorkers
from tests import extracts
from tests.extracts import BARNET, CAMDEN, Grid
from tests.integration.inbox import (
    AREAS,
    AS_AT,
    VALUES,
    Inbox,
    Outcome,
    Spoil,
    add_column,
    content,
    drop_column,
    put,
    rename,
    sheet,
    text_file,
    workbook,
)

REFERRED = "Date of Referral"
CHILD = "Child Unique ID"
COMPARED = {"annex_a": ("list_3", "list_8"), "ssda903": ("episodes", "header")}
KEY = b"5a" * 32
Rows = dict[str, list[dict[str, object]]]
HOSTILE = "'); drop table marts.fct_indicator_values; --"


@dataclass(frozen=True)
class Case:
    """A fault, and everything that may differ from the good submissions because of it."""

    name: str
    source: str
    spoil: Spoil
    rule: str | None = None
    says: tuple[str, ...] = ()
    verdict: str = "accepted"
    failed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    changes: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """By table: received, loaded, de-duplicated, quarantined, as differences."""


@pytest.fixture(autouse=True)
def _no_shipped_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public figures that ship with the project are not what is tested here, and take a second."""
    monkeypatch.setattr(to_read, "shipped_reference", lambda: iter(()))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the four submissions give when nothing is wrong with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(to_read, "shipped_reference", lambda: iter(()))
        outcome = Inbox(tmp_path_factory.mktemp("good") / "data").take_in()
    assert {version.verdict for version in outcome.versions.values()} == {"accepted"}
    return outcome


@pytest.fixture(scope="module")
def rows_as_sent(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The loaded rows of some tables of the good submissions, by table."""
    inbox = Inbox(tmp_path_factory.mktemp("as_sent") / "data", COMPARED)
    extracts.write_bytes(inbox.folder.restricted / "hmac.key", KEY).chmod(0o600)
    inbox.take_in()
    return {name: inbox.table(source, name) for source, names in COMPARED.items() for name in names}


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """All four submissions, not yet taken in."""
    return Inbox(tmp_path / "data")


@pytest.fixture
def workbook_only(tmp_path: Path) -> Inbox:
    """The Annex A workbook alone, for what happens to its cells."""
    return Inbox(tmp_path / "data", {"annex_a"})


# ---------------------------------------------------------------- how files are spoilt


def _stacked(sheets: dict[str, Grid]) -> None:
    sheets["List 3"][:0] = [["SYNTHETIC authority: Annex A"], [], ["Referrals, six months"]]
    put_below(sheets["List 3"], 4, 2, REFERRED, "31/06/2024")


def put_below(rows: Grid, header: int, row: int, heading: str, value: extracts.Cell) -> None:
    rows[header + row - 2][rows[header - 1].index(heading)] = value


def _with_part(name: str, payload: bytes) -> Callable[[bytes], bytes]:
    """A workbook with one more part in its package."""

    def change(workbook_bytes: bytes) -> bytes:
        stream = io.BytesIO(workbook_bytes)
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr(name, payload)
        return stream.getvalue()

    return change


def _hidden_rows(folder: Path) -> None:
    path = folder / "Annex A.xlsx"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet3.xml"] = parts["xl/worksheets/sheet3.xml"].replace(
        b'<row r="2"', b'<row hidden="1" r="2"'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    extracts.write_bytes(path, stream.getvalue())


def _entities(census: bytes) -> bytes:
    declared = b'<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;">]>\n<Message>'
    return census.replace(b"<Message>", declared).replace(b"<SerialNo>001<", b"<SerialNo>&b;<")


def _without(name: str) -> Callable[[bytes], bytes]:
    def change(census: bytes) -> bytes:
        tree = etree.fromstring(census)
        for element in list(tree.iter(name)):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
        return etree.tostring(tree)

    return change


def _as_csv_per_list(folder: Path) -> None:
    (folder / "Annex A.xlsx").unlink()
    for name, rows in extracts.annex_a(BARNET, AS_AT).items():
        extracts.write_csv(folder / f"{name}.csv", rows)


def _serials(rows: Grid) -> None:
    for row in rows[1:]:
        row[:] = [
            (cell - date(1899, 12, 30)).days if isinstance(cell, date) else cell for cell in row
        ]


def _texts_as(form: str) -> Callable[[Grid], None]:
    def change(rows: Grid) -> None:
        for row in rows[1:]:
            row[:] = [format(cell, form) if isinstance(cell, date) else cell for cell in row]

    return change


def _reordered(rows: Grid) -> None:
    for row in rows:
        row.reverse()


def _other_folder(area: str) -> Callable[[bytes], bytes]:
    return lambda _own: extracts.cin_census(area, AS_AT)


# ---------------------------------------------------------------- a table or a file that cannot be used

REFUSED = [
    Case("missing_sheet", "annex_a", workbook(lambda s: s.pop("List 4")), "TABLE_ABSENT",
         ("List 4 (Assessments)",), absent=("list_4",)),
    Case("missing_column [4]", "annex_a", sheet("List 7", lambda r: drop_column(r, "Child Protection Plan End Date")),
         "COLUMN_MISSING", ("sheet List 7", "'Child Protection Plan End Date'"), failed=("list_7",)),
    Case("missing_column_of_a_csv [4]", "ssda903", text_file("episodes", lambda r: drop_column(r, "DECOM")),
         "COLUMN_MISSING", ("episodes.csv", "'DECOM'"), failed=("episodes",)),
    Case("renamed_beyond_recognition [5]", "annex_a", sheet("List 3", lambda r: rename(r, REFERRED, "Referred on")),
         "COLUMN_MISSING", ("List 3", REFERRED), failed=("list_3",)),
    Case("sheet_without_headings", "annex_a", workbook(lambda s: s.update({"List 6": []})),
         "COLUMN_MISSING", ("List 6", "'CIN Start Date'"), failed=("list_6",)),
    Case("empty_file [2]", "ssda903", content("missing.csv", lambda _: b""), "EMPTY", ("missing.csv", "empty"),
         absent=("missing",)),
    Case("blank_file [2]", "ssda903", content("missing.csv", lambda _: b"\r\n \r\n"), "EMPTY", ("missing.csv",),
         absent=("missing",)),
    Case("only_file_empty [2]", "annex_a", content("Annex A.xlsx", lambda _: b""), "EMPTY", ("Annex A.xlsx",),
         verdict="rejected"),
    Case("duplicate_heading [8]", "annex_a", sheet("List 3", lambda r: add_column(r, REFERRED, None)),
         "DUPLICATE_HEADING", ("List 3", "row 1", REFERRED), failed=("list_3",)),
    Case("two_sheets_with_the_same_columns [10]", "annex_a", workbook(lambda s: s.update({"Copy": s["List 3"]})),
         "TABLE_TWICE", ("List 3", "Copy"), failed=("list_3",)),
    Case("undecodable_bytes [13]", "ssda903", content("header.csv", lambda b: b.replace(b"WBRI", b"WB\x81\x8d", 1)),
         "ENCODING", ("header.csv", "byte "), failed=("header",)),
    Case("unbalanced_quote [15]", "ssda903", content("reviews.csv", lambda b: b.replace(b"\nSYN", b'\n"SYN', 1)),
         "UNBALANCED_QUOTE", ("reviews.csv", "row 2"), failed=("reviews",)),
    Case("cut_off_line [17]", "ssda903", content("episodes.csv", lambda b: b[:-40]), "TRUNCATED", ("episodes.csv",),
         failed=("episodes",)),
    Case("cut_off_workbook [17]", "annex_a", content("Annex A.xlsx", lambda b: b[:-500]), "NOT_READABLE",
         ("Annex A.xlsx",), verdict="rejected"),
    Case("cut_off_census [17]", "cin_census", content("cin.xml", lambda b: b[:-900]), "XML_MALFORMED",
         ("cin.xml", "row"), verdict="rejected"),
    Case("zip_bomb [20]", "annex_a", content("Annex A.xlsx", _with_part("xl/media/a.bin", bytes(12 << 20))),
         "TOO_LARGE", ("Annex A.xlsx",), verdict="rejected"),
    Case("entities_in_a_census [21]", "cin_census", content("cin.xml", _entities), "XML_ENTITIES", ("cin.xml",),
         verdict="rejected"),
    Case("password [23]", "annex_a",
         content("Annex A.xlsx", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")),
         "PASSWORD", ("Annex A.xlsx", "password"), verdict="rejected"),
    Case("web_page_as_csv [24]", "ssda903", content("header.csv", lambda _: b"<html><body>Log in</body></html>"),
         "HTML", ("header.csv", "web page"), absent=("header",)),
    Case("pdf_as_csv", "ssda903", content("oc2.csv", lambda _: b"%PDF-1.7\n" + bytes(range(32)) * 20),
         "NOT_READABLE", ("oc2.csv",), absent=("oc2",)),
    Case("unknown_file", "ssda903", content("minutes.csv", lambda _: b"Team,Notes\nNorth,none\n"), "TABLE_UNKNOWN",
         ("minutes.csv", "not a table")),
    Case("census_in_the_folder_of_another_source", "annex_a",
         lambda folder: (folder / "Annex A.xlsx").unlink() or extracts.write_bytes(
             folder / "cin.xml", extracts.cin_census(BARNET, AS_AT)),
         "NOTHING_RECOGNISED", ("cin.xml", "annex_a"), verdict="rejected"),
    Case("census_of_another_borough [48]", "cin_census", content("cin.xml", _other_folder(CAMDEN)), "OTHER_AREA",
         ("cin.xml", "'LEA'", "202", "302"), verdict="rejected"),
    Case("census_without_its_date [47]", "cin_census", content("cin.xml", _without("ReferenceDate")),
         "REFERENCE_DATE", ("cin.xml", "ReferenceDate"), verdict="rejected"),
    Case("population_without_its_column [4]", "population",
         content("population.csv", lambda b: b.replace(b"new_la_code", b"authority")), "COLUMN_MISSING",
         ("population.csv", "'new_la_code'"), verdict="rejected"),
]  # fmt: skip

# ---------------------------------------------------------------- rows that cannot be used

KEPT_OUT = [
    Case("no_child_id", "annex_a", sheet("List 3", lambda r: put(r, 5, CHILD, None)), "child_id_missing",
         ("List 3", "row 5", CHILD), changes={"list_3": (0, -1, 0, 1)}),
    Case("id_in_scientific_notation [33]", "ssda903", text_file("episodes", lambda r: put(r, 3, "CHILD", "1.23E+11")),
         "child_id_missing", ("episodes.csv", "row 3", "'CHILD'"), changes={"episodes": (0, -1, 0, 1)}),
    Case("id_in_scientific_notation_without_sign [33]", "ssda903", text_file("episodes", lambda r: put(r, 3, "CHILD", "1.23E11")),
         "child_id_missing", ("episodes.csv", "row 3", "'CHILD'"), changes={"episodes": (0, -1, 0, 1)}),
    Case("id_that_lost_its_digits [33]", "annex_a", sheet("List 3", lambda r: put(r, 2, CHILD, 1.2345678901234567e17)),
         "child_id_missing", ("row 2",), changes={"list_3": (0, -1, 0, 1)}),
    Case("key_date_missing [32]", "annex_a", sheet("List 3", lambda r: put(r, 4, REFERRED, "#N/A")),
         "key_date_missing", ("List 3", "row 4", REFERRED), changes={"list_3": (0, -1, 0, 1)}),
    Case("sentinel_date [32]", "annex_a", sheet("List 3", lambda r: put(r, 4, REFERRED, "01/01/1900")),
         "key_date_missing", ("row 4",), changes={"list_3": (0, -1, 0, 1)}),
    Case("two_digit_year [30]", "annex_a", sheet("List 3", lambda r: put(r, 4, REFERRED, "03/02/25")),
         "TWO_DIGIT_YEARS", ("List 3", REFERRED, "1 cell")),
    Case("date_in_no_form [30]", "annex_a", sheet("List 3", lambda r: put(r, 4, REFERRED, "3 Smarch 2025")),
         "unreadable", ("List 3", "row 4", REFERRED, "dd/mm/yyyy"), changes={"list_3": (0, -1, 0, 1)}),
    Case("placeholder_date [32]", "annex_a", sheet("List 6", lambda r: put(r, 2, "CIN Closure Date", "31/12/9999")),
         "PLACEHOLDERS", ("List 6", "CIN Closure Date", "1 cell")),
    Case("american_date [30]", "annex_a", sheet("List 3", lambda r: put(r, 4, REFERRED, "02/25/2025")),
         "unreadable", ("row 4",), changes={"list_3": (0, -1, 0, 1)}),
    Case("day_that_does_not_exist [30]", "ssda903", text_file("episodes", lambda r: put(r, 3, "DECOM", "29/02/2023")),
         "unreadable", ("row 3", "DECOM"), changes={"episodes": (0, -1, 0, 1)}),
    Case("date_of_400_digits", "ssda903", text_file("episodes", lambda r: put(r, 3, "DECOM", "9" * 400)),
         "unreadable", ("row 3",), changes={"episodes": (0, -1, 0, 1)}),
    Case("date_after_the_as_at_date [31]", "annex_a", sheet("List 3", lambda r: put(r, 6, REFERRED, date(2025, 4, 1))),
         "date_after_as_at", ("List 3", "row 6", REFERRED, "after the date of the extract"),
         changes={"list_3": (0, -1, 0, 1)}),
    Case("end_before_start [31]", "ssda903", text_file("episodes", lambda r: put(r, 3, "DEC", "01/01/2020")),
         "end_before_start", ("row 3", "'DEC'"), changes={"episodes": (0, -1, 0, 1)}),
    Case("total_row [12]", "annex_a", sheet("List 3", lambda r: r.append(["Total", 17])), "key_date_missing",
         ("List 3",), changes={"list_3": (1, 0, 0, 1)}),
    Case("row_with_a_stray_delimiter", "ssda903",
         content("reviews.csv", lambda b: b.replace(b",PN1", b",PN1,stray", 1)), "ROW_TOO_LONG",
         ("reviews.csv", "row 2"), changes={"reviews": (0, -1, 0, 1)}),
]  # fmt: skip

# ---------------------------------------------------------------- what loads, with a word or without

LOADED = [
    Case("lower_case_headings [5]", "annex_a", sheet("List 3", lambda r: rename(r, REFERRED, "date of referral")),
         "COLUMN_RENAMED", ("List 3", "date of referral")),
    Case("lower_case_headings_of_a_csv [5]", "ssda903",
         content("episodes.csv", lambda b: b.replace(b"DECOM", b"decom", 1)), "COLUMN_RENAMED", ("decom",)),
    Case("known_other_heading [5]", "annex_a", sheet("List 3", lambda r: rename(r, "Gender", "Sex")),
         "COLUMN_RENAMED", ("List 3", "'Sex'")),
    Case("typography_of_headings", "annex_a", sheet("List 3", lambda r: rename(r, REFERRED, "  Date of\u00a0Referral: "))),
    Case("column_that_can_be_missed", "annex_a", sheet("List 3", lambda r: drop_column(r, "Ethnicity")),
         "COLUMN_ABSENT", ("List 3", "'Ethnicity'")),
    Case("unknown_column [6]", "annex_a", sheet("List 3", lambda r: add_column(r, "Home address", "SYNTHETIC Street")),
         "COLUMN_UNKNOWN", ("List 3", "'Home address'")),
    Case("reordered_columns [7]", "ssda903", text_file("episodes", _reordered)),
    Case("header_only [3]", "annex_a", sheet("List 7", lambda r: r.__delitem__(slice(1, None))),
         "NO_ROWS", ("List 7",), changes={"list_7": (-5, -5, 0, 0)}),
    Case("title_rows [9]", "annex_a", workbook(_stacked), "unreadable", ("List 3", "row 5"),
         changes={"list_3": (0, -1, 0, 1)}),
    Case("hidden_rows [11]", "annex_a", _hidden_rows, "HIDDEN_ROWS", ("List 3", "1 rows are hidden")),
    Case("byte_order_mark [13]", "ssda903", text_file("episodes", encoding="utf-8-sig")),
    Case("windows_1252 [13]", "ssda903",
         text_file("header", lambda r: add_column(r, "Prénom – £", "Zoë"), encoding="cp1252"),
         "COLUMN_UNKNOWN", ("header.csv", "'Prénom – £'")),
    Case("utf_16 [13]", "ssda903", text_file("episodes", encoding="utf-16")),
    Case("semicolons [14]", "ssda903", text_file("episodes", delimiter=";")),
    Case("tabs [14]", "ssda903", text_file("episodes", delimiter="\t")),
    Case("lone_carriage_returns [14]", "ssda903", content("episodes.csv", lambda b: b.replace(b"\r\n", b"\r"))),
    Case("short_rows", "ssda903", content("episodes.csv", lambda b: b.replace(b",LAREQ,SY1 1SY,SY1 2SY,SY0000001", b"", 1)),
         "SHORT_ROWS", ("episodes.csv", "1 rows")),
    Case("control_characters [16]", "ssda903", content("header.csv", lambda b: b.replace(b"WBRI", b"WB\0RI", 1)),
         "CONTROL_CHARACTERS", ("header.csv",)),
    Case("external_links [22]", "annex_a", content("Annex A.xlsx", _with_part("xl/externalLinks/a.xml", b"<a/>")),
         "EXTERNAL_LINKS", ("Annex A.xlsx",)),
    Case("workbook_named_csv [24]", "annex_a", workbook(lambda _: None, name="annex a.csv")),
    Case("one_csv_per_list", "annex_a", _as_csv_per_list),
    Case("file_name_with_quotes_and_accents [25]", "annex_a",
         workbook(lambda _: None, name=f"Ann'ex \"Ä\" שלום {HOSTILE}.xlsx")),
    Case("very_long_file_name [25]", "annex_a", workbook(lambda _: None, name="a" * 250 + ".xlsx")),
    Case("excel_serial_dates [30]", "ssda903", text_file("episodes", _serials)),
    Case("iso_dates_with_times [30]", "ssda903", text_file("episodes", _texts_as("%Y-%m-%dT00:00:00"))),
    Case("dates_with_named_months [30]", "ssda903", text_file("episodes", _texts_as("%d-%b-%Y"))),
    Case("unreadable_value [35]", "annex_a",
         sheet("List 7", lambda r: put(r, 3, "Number of Previous Child Protection Plans", "<5")),
         "unreadable", ("List 7", "row 3", "Number of Previous Child Protection Plans")),
    Case("number_too_large", "annex_a",
         sheet("List 7", lambda r: put(r, 3, "Number of Previous Child Protection Plans", "9" * 25)),
         "unreadable", ("row 3",)),
    Case("unknown_code [40]", "ssda903", text_file("episodes", lambda r: put(r, 2, "LS", "Q9")), "code_unknown",
         ("episodes.csv", "row 2", "'LS'")),
    Case("repeated_row [36]", "annex_a", sheet("List 3", lambda r: r.append(list(r[1]))),
         changes={"list_3": (1, 0, 1, 0)}),
    Case("same_record_with_other_details [37]", "ssda903",
         text_file("episodes", lambda r: (r.append(list(r[1])), put(r, len(r), "PLACE", "K2"))), "DUPLICATE_DIFFERS",
         ("episodes.csv", "row 20"), changes={"episodes": (1, 0, 1, 0)}),
    Case("sql_in_a_heading [29]", "annex_a", sheet("List 3", lambda r: add_column(r, HOSTILE, "x")), "COLUMN_UNKNOWN",
         (HOSTILE,)),
]  # fmt: skip


REPLACED = [
    case for case in REFUSED if case.rule in ("EMPTY", "OTHER_AREA") and case.verdict == "rejected"
]
# The same extract in another form.
FORMS = [
    case
    for case in LOADED
    if not case.changes and case.rule in (None, "SHORT_ROWS", "COLUMN_RENAMED", "HIDDEN_ROWS")
]


# ---------------------------------------------------------------- what holds for every fault


def _assert_told_once(case: Case, good: Outcome, spoilt: Outcome) -> None:
    told = [text for text in spoilt.texts(case.source) if text not in good.texts(case.source)]
    assert len(told) == (case.rule is not None), told
    for text in told:
        place, remedy = text.split(f"[{case.rule}]. ")
        assert place and len(remedy) > 10, text
        assert [part for part in case.says if part not in text] == []
    said = [*told, spoilt.versions[case.source].reason]
    assert [value for value in VALUES for text in said if value in text] == []


def _assert_counts(case: Case, good: Outcome, spoilt: Outcome) -> None:
    found, expected = spoilt.counts(case.source), good.counts(case.source)
    for received, loaded, deduplicated, quarantined in found.values():
        assert received == loaded + deduplicated + quarantined
    if case.verdict == "rejected":
        assert set(found.values()) <= {(0, 0, 0, 0)}
        return
    for name in case.absent:
        del expected[name]
    expected |= dict.fromkeys(case.failed, (0, 0, 0, 0))
    for name, changes in case.changes.items():
        received, loaded, deduplicated, quarantined = map(
            sum, zip(expected[name], changes, strict=True)
        )
        expected[name] = (received, loaded, deduplicated, quarantined)
    assert found == expected


def _assert_same_rows(case: Case, inbox: Inbox, rows_as_sent: Rows) -> None:
    """Another form of the same extract gives the same rows, but for the cells that a short row lacks."""
    left_out = {"short_rows": "change_reason_code"}.get(case.name, "")
    for table in COMPARED[case.source]:
        rows, expected = (
            [{**row, left_out: None} for row in found]
            for found in (inbox.table(case.source, table), rows_as_sent[table])
        )
        assert rows == expected


def _assert_others_untouched(case: Case, good: Outcome, spoilt: Outcome) -> None:
    others = set(spoilt.versions) - {case.source}
    assert others
    for source in others:
        assert spoilt.versions[source].verdict == "accepted"
        assert spoilt.counts(source) == good.counts(source)
        assert spoilt.texts(source) == good.texts(source)


@pytest.mark.parametrize("case", [*REFUSED, *KEPT_OUT, *LOADED], ids=lambda case: case.name)
def test_fault_is_told_once_and_touches_nothing_else(
    case: Case, good: Outcome, rows_as_sent: Rows, tmp_path: Path
) -> None:
    inbox = Inbox(
        tmp_path / "data",
        {case.source, "cin_census" if case.source == "population" else "population"},
    )
    extracts.write_bytes(inbox.folder.restricted / "hmac.key", KEY).chmod(0o600)
    case.spoil(inbox.place(case.source))

    spoilt = inbox.take_in()

    assert spoilt.versions[case.source].verdict == case.verdict
    failed = {
        name for name, counts in spoilt.extractions[case.source].tables.items() if counts.failed
    }
    assert case.verdict == "rejected" or failed == set(case.failed)
    _assert_told_once(case, good, spoilt)
    _assert_counts(case, good, spoilt)
    _assert_others_untouched(case, good, spoilt)
    if case in FORMS:
        _assert_same_rows(case, inbox, rows_as_sent)
    before = inbox.state()
    assert inbox.take_in() == spoilt
    assert inbox.state() == before


@pytest.mark.parametrize("case", REPLACED, ids=lambda case: case.name)
def test_what_was_accepted_before_stays_when_its_replacement_is_refused(
    case: Case, tmp_path: Path
) -> None:
    inbox = Inbox(tmp_path / "data", {case.source})
    accepted = inbox.take_in().versions[case.source]
    before = inbox.tables()
    copy = inbox.folder.archive.joinpath(*accepted.name)
    files = {path: path.read_bytes() for path in copy.iterdir()}
    case.spoil(inbox.place(case.source))

    replaced = inbox.take_in().versions[case.source]

    assert (replaced.verdict, replaced.version != accepted.version) == ("rejected", True)
    assert {path: path.read_bytes() for path in copy.iterdir()} == files
    after = inbox.tables()
    said = after.pop(f"{extractions_table(case.source)}/{AREAS[case.source]}")
    assert before.pop(f"{extractions_table(case.source)}/{AREAS[case.source]}")[0] in said
    assert after == before


# ---------------------------------------------------------------- values


def _referrals_with(inbox: Inbox, change: Callable[[Grid], object]) -> list[dict[str, object]]:
    sheet("List 3", change)(inbox.place("annex_a"))
    inbox.take_in()
    return inbox.table("annex_a", "list_3")


def test_ids_with_leading_zeros_are_other_children(workbook_only: Inbox) -> None:
    def change(rows: Grid) -> None:
        put(rows, 2, CHILD, "00123")
        put(rows, 3, CHILD, "123")
        put(rows, 4, CHILD, 123.0)
        put(rows, 5, CHILD, " syn00a ")

    keys = [row["child_key"] for row in _referrals_with(workbook_only, change)]

    secret = bytes.fromhex((workbook_only.folder.restricted / "hmac.key").read_text())
    expected = [
        keyed_hash(secret, "child", BARNET, id_) for id_ in ("00123", "123", "123", "SYN00A")
    ]
    assert keys[:4] == expected


@pytest.mark.parametrize("text", ["", "#N/A", "N/A", "NULL", "null", " - "])
def test_words_for_nothing_are_nothing(text: str, workbook_only: Inbox) -> None:
    rows = _referrals_with(workbook_only, lambda grid: put(grid, 2, "Ethnicity", text))

    assert (rows[0]["ethnicity_code"], rows[1]["ethnicity_code"]) != (None, None)
    assert rows[0]["ethnicity_code"] is None


def test_code_outside_its_list_equals_no_listed_code(workbook_only: Inbox) -> None:
    rows = _referrals_with(workbook_only, lambda grid: put(grid, 2, "Ethnicity", "Martian"))

    assert rows[0]["ethnicity_code"] == "unmapped"


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "@SUM(1,2)", "\t=1+1", HOSTILE]
)
def test_formulas_and_sql_in_an_id_are_text(text: str, workbook_only: Inbox) -> None:
    rows = _referrals_with(workbook_only, lambda grid: put(grid, 2, CHILD, text))

    lookup = {
        row["key"]: row["identifier"]
        for path in (workbook_only.folder.restricted / "identifiers").glob("*/*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    assert lookup[str(rows[0]["child_key"])] == text.strip().upper()


def test_table_with_headings_only_covers_its_window(workbook_only: Inbox) -> None:
    sheet("List 7", lambda rows: rows.__delitem__(slice(1, None)))(workbook_only.place("annex_a"))

    counts = workbook_only.take_in().extractions["annex_a"].tables["list_7"]

    assert (counts.received, counts.cover_from, counts.cover_to) == (0, date(2024, 10, 1), AS_AT)


def test_unknown_column_is_stored_in_the_archive_only(workbook_only: Inbox) -> None:
    sheet("List 3", lambda rows: add_column(rows, "Home address", "12 Canary Row"))(
        workbook_only.place("annex_a")
    )
    workbook_only.take_in()

    assert "home_address" not in {
        name.lower().replace(" ", "_") for name in workbook_only.table("annex_a", "list_3")[0]
    }
    holders = [
        name for name, kept in workbook_only.state().items() if kept and b"12 Canary Row" in kept
    ]
    assert holders == []  # the archive's workbook is compressed


def test_first_of_two_rows_with_one_key_counts(workbook_only: Inbox) -> None:
    def change(rows: Grid) -> None:
        rows.append(list(rows[1]))
        put(rows, len(rows), "Ethnicity", "a) REFU")

    rows = _referrals_with(workbook_only, change)

    assert "REFU" not in {row["ethnicity_code"] for row in rows}


def test_row_of_two_records_is_kept_while_one_of_them_is_sound(workbook_only: Inbox) -> None:
    conference, started = (
        "Date of Initial Child Protection Conference",
        "Strategy discussion initiating Section 47 Enquiry Start Date",
    )

    def change(rows: Grid) -> None:
        put(rows, 2, conference, date(2025, 5, 1))
        put(rows, 3, started, date(2025, 5, 1))
        put(rows, 3, conference, date(2025, 5, 2))

    sheet("List 5", change)(workbook_only.place("annex_a"))
    outcome = workbook_only.take_in()

    received, loaded, deduplicated, quarantined = outcome.counts("annex_a")["list_5"]
    assert (received - loaded, deduplicated, quarantined) == (1, 0, 1)
    first = workbook_only.table("annex_a", "list_5")[0]
    assert (first["source_row"], first["has_section47"], first["has_conference"]) == (
        2,
        True,
        False,
    )


# ---------------------------------------------------------------- landing itself


def _told_about_landing(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        (one.rule, "/".join([str(one.folder), *map(in_full, one.files)]).removeprefix("landing/"))
        for one in outcome.landing_findings
    ]


def test_file_still_being_written_waits_for_the_next_run(inbox: Inbox) -> None:
    inbox.wait_for_quiet(0.2)
    path = inbox.place("ssda903") / "episodes.csv"
    whole = path.read_bytes()
    finished = threading.Event()

    def write_slowly() -> None:
        with path.open("wb") as file:
            while not finished.is_set():
                file.write(whole[:50])
                file.flush()
                time.sleep(0.02)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    try:
        outcome = inbox.take_in()
    finally:
        finished.set()
        writer.join()

    assert set(outcome.versions) == set(AREAS) - {"ssda903"}
    assert _told_about_landing(outcome) == [
        ("STILL_WRITING", f"{BARNET}/ssda903/2025-03/episodes.csv")
    ]
    extracts.write_bytes(path, whole)
    assert inbox.take_in().versions["ssda903"].verdict == "accepted"


def test_file_that_changes_while_it_is_copied_waits_for_the_next_run(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = submissions.shutil.copyfile

    def copy_of_something_else(source: Path, target: Path) -> Path:
        copied = copy(source, target)
        if source.name == "episodes.csv":
            target.write_bytes(target.read_bytes() + b"more")
        return copied

    with monkeypatch.context() as patch:
        patch.setattr(submissions.shutil, "copyfile", copy_of_something_else)
        outcome = inbox.take_in()

    assert [rule for rule, _ in _told_about_landing(outcome)] == ["STILL_WRITING"]
    assert "ssda903" not in outcome.versions
    assert inbox.take_in().versions["ssda903"].verdict == "accepted"


def test_file_that_cannot_be_opened_leaves_the_other_sources_alone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = landing.digest_of

    def refuse(path: Path) -> str:
        if path.name == "cin.xml":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path)

    monkeypatch.setattr(landing, "digest_of", refuse)

    outcome = inbox.take_in()

    assert _told_about_landing(outcome) == [
        ("NOT_READABLE", f"{BARNET}/cin_census/2025-03/cin.xml")
    ]
    assert set(outcome.versions) == set(AREAS) - {"cin_census"}


def test_links_are_not_followed(inbox: Inbox, tmp_path: Path) -> None:
    outside = extracts.write_submission(tmp_path / "outside", CAMDEN, "annex_a", "2025-03")
    (inbox.place("ssda903") / "more.csv").symlink_to("/etc/hostname")
    (inbox.folder.landing / CAMDEN).symlink_to(outside.parent.parent)

    outcome = inbox.take_in()

    assert _told_about_landing(outcome) == [
        ("NOT_A_FILE", CAMDEN),
        ("NOT_A_FILE", f"{BARNET}/ssda903/2025-03/more.csv"),
    ]
    assert {version.area_code for version in outcome.versions.values()} == {BARNET, "national"}
    assert outcome.versions["ssda903"].verdict == "accepted"


@pytest.mark.parametrize(
    "place",
    ["stray.csv", "Barnet/annex_a/2025-03/a.csv", "E09000003/stray.csv", "E09000003/annexa/2025-03/a.csv",
     "E09000003/annex_a/stray.xlsx", "E09000003/annex_a/March 2025/a.xlsx", "E09000003/annex_a/2025-13/a.xlsx",
     "national/annex_a/2025-03/a.xlsx", "E09000003/population/2025-03/a.csv"],
)  # fmt: skip
def test_file_outside_a_submissions_folder_is_named(
    place: str, good: Outcome, inbox: Inbox
) -> None:
    extracts.write_bytes(inbox.folder.landing / place, b"a,b\n1,2\n")

    outcome = inbox.take_in()

    told = _told_about_landing(outcome)
    assert len(told) == 1
    assert told[0][0] == "FOLDER_UNKNOWN"
    assert place.startswith(told[0][1])
    assert set(outcome.versions) == set(AREAS)


def test_file_name_that_is_no_text_is_shown_as_far_as_it_is(inbox: Inbox) -> None:
    name = b"notes \xff\n.csv".decode("utf-8", "surrogateescape")
    extracts.write_bytes(inbox.place("ssda903") / name, b"Team,Notes\nNorth,none\n")

    outcome = inbox.take_in()

    told = [text for text in outcome.texts("ssda903") if "TABLE_UNKNOWN" in text]
    assert len(told) == 1
    assert (
        told[0]
        .encode()
        .decode()
        .startswith("notes \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.csv")
    )


def test_lock_files_of_editors_are_nobodys_submission(good: Outcome, inbox: Inbox) -> None:
    for name in ("~$Annex A.xlsx", ".DS_Store", "Thumbs.db"):
        extracts.write_bytes(inbox.place("annex_a") / name, b"x")

    outcome = inbox.take_in()

    assert outcome.versions["annex_a"].version == good.versions["annex_a"].version
    assert outcome.landing_findings == ()


# ---------------------------------------------------------------- resubmission and faults of our own


def test_content_that_returns_is_current_again_and_keeps_its_first_receipt(inbox: Inbox) -> None:
    path = inbox.place("annex_a") / "Annex A.xlsx"
    original = path.read_bytes()
    first = inbox.take_in().versions["annex_a"]
    sheet("List 3", lambda rows: rows.pop())(path.parent)
    inbox.take_in()
    extracts.write_bytes(path, original)

    inbox.take_in()

    versions = [
        v for v in submissions.Ledger(inbox.folder.ledger).versions() if v.source == "annex_a"
    ]
    again = next(version for version in versions if version.version == first.version)
    assert len(versions) == 2
    assert again.received_at == first.received_at
    assert again.current_from > max(v.current_from for v in versions if v is not again)


def _is_of_episodes(given: tuple[Any, ...]) -> bool:
    """Whether a function of reading or of judging was given the table of episodes."""
    *_, last = given
    return given[1] == "episodes" if isinstance(last, int) else "change_reason_code" in last


@pytest.mark.parametrize(("where", "function"), [(extract, "typed_table"), (judging, "judge_rows")])
def test_fault_of_the_program_is_named_by_place_and_without_values(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, where: ModuleType, function: str
) -> None:
    real = getattr(where, function)

    def fail(*given: Any) -> Any:
        if _is_of_episodes(given):
            raise ValueError("SYN3020001 was not expected")
        return real(*given)

    def call(
        _workers: ConfinedWorkers, _allowance: Allowance, work: Callable[..., Any], *given: object
    ) -> Any:
        return work(*given)

    with monkeypatch.context() as patch:
        patch.setattr(where, function, fail)
        # In this process, where the fault is.
        patch.setattr(ConfinedWorkers, "call", call)
        outcome = inbox.take_in()

    reason = outcome.versions["ssda903"].reason
    assert "INTERNAL_ERROR" in reason and "ValueError at" in reason
    assert "SYN302" not in "".join([reason, *outcome.texts("ssda903")])
    assert outcome.versions["annex_a"].verdict == "accepted"
