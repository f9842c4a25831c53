"""How councils really write dates, codes and 'no value': everything that can be read is, the rest is not 'empty'."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from expectations.checks import UNMAPPED
from expectations.contract import Column, code_words, contract_for, sources
from expectations.suites import checks_of
from orchestration.intake.readers import read_file
from orchestration.intake.tables.cells import (
    ERROR_TEXTS,
    MONTH_NAMES,
    NOT_CALCULATED,
    PLACEHOLDER_DATES,
    PLACEHOLDERS,
    TWO_DIGIT_YEARS,
    UNREADABLE,
    parse_date,
    type_column,
)
from orchestration.intake.tables.codes import CodeReader, shown_code
from orchestration.intake.tables.typed_tables import DAYS_TO_1904

DAYS = st.dates(date(1970, 1, 1), date(2099, 12, 31)).filter(
    lambda day: day not in PLACEHOLDER_DATES
)
MARKS = st.sampled_from("/-. ")
TIMES = st.sampled_from(
    [
        "",
        " 00:00",
        " 00:00:00",
        "T00:00:00",
        " 12:00AM",
        " 9:30:15 PM",
        " 00:00:00.000",
        "T10:15:00Z",
    ]
)


def _month(day: date, style: str) -> str:
    name = MONTH_NAMES[day.month - 1].title()
    return {
        "number": f"{day.month:02}",
        "short": name[:3],
        "long": name,
        "capitals": name[:3].upper(),
    }[style]


STYLES = st.sampled_from(["number", "short", "long", "capitals"])


@given(DAYS, MARKS, STYLES, TIMES)
def test_day_month_year_is_read_with_any_mark(day: date, mark: str, style: str, time: str) -> None:
    assert parse_date(f"{day.day:02}{mark}{_month(day, style)}{mark}{day.year}{time}") == day
    assert parse_date(f"{day.day}{mark}{_month(day, style)}{mark}{day.year}{time}") == day


@given(DAYS, MARKS, STYLES, TIMES)
def test_year_month_day_is_read_with_any_mark(day: date, mark: str, style: str, time: str) -> None:
    assert parse_date(f"{day.year}{mark}{_month(day, style)}{mark}{day.day:02}{time}") == day


@given(DAYS, TIMES)
def test_other_forms_are_read(day: date, time: str) -> None:
    assert parse_date(f"{day:%Y%m%d}") == day
    assert parse_date(int(f"{day:%Y%m%d}")) == day
    assert parse_date(f"{_month(day, 'short')}  {day.day} {day.year}{time}") == day
    assert parse_date(f"{_month(day, 'long')} {day.day}, {day.year}") == day
    assert parse_date(datetime(day.year, day.month, day.day, 13)) == day


@given(st.dates(date(1927, 1, 1), date(2026, 12, 31)), MARKS)
def test_year_of_two_digits_is_the_newest_that_is_not_after_the_extracts(
    day: date, mark: str
) -> None:
    text = f"{day.day:02}{mark}{day.month:02}{mark}{day.year % 100:02}"
    assert parse_date(text, newest_year=2026) == day


@pytest.mark.parametrize(
    "text",
    [
        "32/01/2024",
        "01/13/2024",
        "2024",
        "1/2",
        "01/02-2024",
        "tomorrow",
        "01/Foo/2024",
        "2024-02-30",
    ],
)
def test_what_is_no_date_is_unread_and_not_empty(text: str) -> None:
    assert parse_date(text) is UNREADABLE


@pytest.mark.parametrize("text", ["01/01/1900", "31/12/9999", "1900-01-01", "30 December 1899"])
def test_placeholder_of_a_date_is_null_and_counted(text: str) -> None:
    typed = type_column([text, "01/02/2024", None], Column(heading="x", type="date"), {})
    assert (typed.values.isna().tolist(), typed.is_unreadable.any()) == ([True, False, True], False)
    assert typed.notes == {PLACEHOLDERS: 1}


@pytest.mark.parametrize("lowest", [None, 0])
def test_negative_count_is_null_and_counted_and_other_numbers_are_not(lowest: float | None) -> None:
    typed = type_column(
        ["-1", "0", "2", -9], Column(heading="x", type="integer", lowest=lowest), {}
    )
    assert (typed.values.isna().tolist(), typed.notes) == (
        [True, False, False, True],
        {PLACEHOLDERS: 2},
    )
    score = type_column(["-1"], Column(heading="x", type="integer", lowest=1), {})
    assert score.is_unreadable.all()


@pytest.mark.parametrize("source", [name for name in sources() if contract_for(name).level == "la"])
def test_every_count_of_an_authority_takes_a_negative_number_for_none(source: str) -> None:
    """Where a row can do without the number; else it is quarantined."""
    for table in contract_for(source).tables.values():
        for column in table.stored_columns.values():
            if column.type == "integer" and column.value == "free":
                typed = type_column(["-1"], column, {})
                assert (typed.values.isna().all(), typed.notes) == (True, {PLACEHOLDERS: 1})


def test_years_of_two_digits_are_counted() -> None:
    typed = type_column(
        ["01/02/24", "03/04/2024", "01/02/24"], Column(heading="x", type="date"), {}
    )
    assert typed.notes == {TWO_DIGIT_YEARS: 2}


@pytest.mark.parametrize(
    "kind", ["date", "integer", "decimal", "flag", "code", "child_id", "upn", "text", "week"]
)
def test_error_of_a_spreadsheet_is_unread_in_a_column_of_any_type(kind: str) -> None:
    column = Column.model_validate(
        {"heading": "x", "type": kind, "code_list": "a", "because": "test"}
    )
    cells = [*(text.upper() for text in sorted(ERROR_TEXTS)), "#N/A", "", None]
    typed = type_column(cells, column, {"a": {"A": ()}})
    assert typed.is_unreadable.tolist() == [True] * len(ERROR_TEXTS) + [False] * 3
    # In a column of codes it is a code of no list, which its owner is told of.
    told = [UNMAPPED if kind == "code" else None] * len(ERROR_TEXTS) + [None] * 3
    assert [None if pd.isna(value) else value for value in typed.values] == told


@pytest.mark.parametrize("source", sources())
def test_error_in_any_stored_column_is_told_by_a_check_of_its_own(source: str) -> None:
    for name, table in contract_for(source).tables.items():
        told = {(check.rule, check.column) for check in checks_of(source, name).of_cells}
        for column, described in table.stored_columns.items():
            # A row without its child is told of and kept out.
            if described.looked_up or described.inherited or described.type == "child_id":
                continue
            rule = "code_unknown" if described.type == "code" else "unreadable"
            assert (rule, column) in told, (name, column)


def _column_of(
    tmp_path: Path, write: Callable[[xlsxwriter.Workbook, object], None], **settings: bool
) -> list[object]:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, settings) as book:
        sheet = book.add_worksheet("List 8")
        sheet.write_row(0, 0, ["Child ID", "Date"])
        for row in range(1, 5):
            sheet.write(row, 0, f"SYN{row}")
        write(book, sheet)
    [block] = read_file(path, frozenset({"childid", "date"}))
    assert block.counts_from_1904 is settings.get("date_1904", False)
    return list(block.columns[1])


def test_errors_and_formulas_that_were_never_calculated_do_not_arrive_as_empty(
    tmp_path: Path,
) -> None:
    def write(_book: xlsxwriter.Workbook, sheet: object) -> None:
        sheet.write_formula(1, 1, "=B9", None, "#REF!")  # type: ignore[attr-defined]
        sheet.write_formula(2, 1, "=B9", None, "")  # type: ignore[attr-defined]
        sheet.write_formula(3, 1, "=B9", None, "#N/A")  # type: ignore[attr-defined]
        sheet.write_formula(4, 1, "=1+1", None, 2)  # type: ignore[attr-defined]

    assert _column_of(tmp_path, write) == ["#REF!", NOT_CALCULATED, None, 2]


def test_days_of_a_workbook_that_counts_from_1904_are_counted_from_there(tmp_path: Path) -> None:
    def write(book: xlsxwriter.Workbook, sheet: object) -> None:
        shown = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, 1, datetime(2025, 3, 1), shown)  # type: ignore[attr-defined]
        sheet.write_number(2, 1, 44_255)  # type: ignore[attr-defined]

    shown, number, *_ = _column_of(tmp_path, write, date_1904=True)
    assert parse_date(shown) == date(2025, 3, 1)
    assert isinstance(number, int)
    assert parse_date(number + DAYS_TO_1904) == date(1904, 1, 1) + timedelta(days=44_255)


# ---------------------------------------------------------------- codes

LISTS = {
    name: CodeReader(contract_for("annex_a").code_lists[name], code_words()[name])
    for name in ("legal_status", "cease_reason", "abuse", "in_touch", "activity", "ethnicity")
}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("cease_reason", "E11 Adopted - application unopposed", "E11"),
        ("cease_reason", "E11Adopted", "E11"),
        ("cease_reason", "Adopted, consent dispensed with [E12]", "E12"),
        ("cease_reason", "(E4A) Returned home", "E4A"),
        ("cease_reason", "e) E4A: Returned home to live with parents", "E4A"),
        ("cease_reason", "Adopted - consent dispensed", "E12"),
        ("cease_reason", "E47 \u00e2\u20ac\u201c Special guardianship", "E47"),
        ("cease_reason", "SGO to former carers", "E43"),
        ("cease_reason", "SGO made to former foster carers, other than relatives or friends", "E46"),
        ("cease_reason", "Special guardianship order made to carers, other than former foster carers, who are relatives", "E47"),
        ("cease_reason", "Special guardianship order made to carers, other than former foster carers, other than relatives", "E48"),
        ("cease_reason", "RETURNED HOME - NOT PART OF THE CARE PLANNING PROCESS", "E4B"),
        ("cease_reason", "Returned home to live with parents as part of the care planning process", "E4A"),
        ("cease_reason", "Independent living, no formalised support", "E6"),
        ("legal_status", "CLA - V4 - Short break", "V4"),
        ("legal_status", "V4 Short breaks", "V4"),
        ("legal_status", "LAC: C2 - Full care order", "C2"),
        ("legal_status", "ICO", "C1"),
        ("legal_status", "Interim Care Order", "C1"),
        ("legal_status", "Care Order", "C2"),
        ("legal_status", "S20", "V2"),
        ("legal_status", "c1", "C1"),
        ("abuse", "Neglect", "NEG"),
        ("abuse", "b) Physical abuse", "PHY"),
        ("abuse", "NNYN", "SAB"),
        ("abuse", "YNNY", "MUL"),
        ("in_touch", "Not in touch", "NO"),
        ("in_touch", "a) Yes", "YES"),
        ("in_touch", "Young person no longer requires services", "NREQ"),
        ("activity", "Full time in higher education", "F1"),
        ("activity", "F2: full time education other than higher", "F2"),
        ("activity", "NEET - pregnancy or parenting", "G6"),
        ("ethnicity", "White British", "WBRI"),
        ("ethnicity", "Any other Black background", "BOTH"),
        ("ethnicity", "both of these", UNMAPPED),
        ("legal_status", "nothing of the kind", UNMAPPED),
        ("legal_status", "C1 or C2", "C1"),
        ("legal_status", "either C1 or C2", UNMAPPED),
        ("cease_reason", "E99", UNMAPPED),
        ("in_touch", "somewhat in touch", UNMAPPED),
    ],
)  # fmt: skip
def test_code_is_read_as_systems_write_it(name: str, text: str, code: str) -> None:
    assert LISTS[name].read(text) == code


@given(
    st.sampled_from(
        [
            (source, table, name)
            for source in ("annex_a", "ssda903", "cin_census")
            for table, described in contract_for(source).tables.items()
            for name, column in described.stored_columns.items()
            if column.type == "code" and not column.looked_up
        ]
    ),
    st.sampled_from(["X1", "C2", "E99", "1A", ""]),
    st.sampled_from(["u) {}:CodeError", "{} : codeerror", "{} - Code Error ", "z) {} CODE ERROR"]),
)
def test_code_that_the_exporting_script_marks_as_an_error_is_unread(
    place: tuple[str, str, str], code: str, form: str
) -> None:
    """Whatever code it names: the script says that it has no place for it."""
    source, table, name = place
    contract = contract_for(source)
    typed = type_column(
        [form.format(code), None], contract.tables[table].columns[name], contract.code_lists
    )
    assert (typed.is_unreadable.tolist(), typed.values[0], typed.unlisted) == (
        [True, False],
        UNMAPPED,
        {},
    )


NAMED = [(name, code) for name in LISTS for code in contract_for("annex_a").code_lists[name]]


@given(
    st.sampled_from(NAMED),
    st.sampled_from(["{}", "{} something", "{}: something", "{} - something", "something [{}]", "something ({})",
                     "{}\u2013something", "{} \u00e2\u20ac\u201c something", "x) {}: something"]),
)  # fmt: skip
def test_every_code_of_every_list_is_read_in_every_pattern(
    named: tuple[str, str], pattern: str
) -> None:
    name, code = named
    assert LISTS[name].read(pattern.format(code)) == code
    if any(character.isdigit() for character in code) and len(code) > 1:
        assert LISTS[name].read(f"CLA - {code} - something") == code


@given(st.sampled_from(NAMED), st.data())
def test_words_of_a_list_are_read_in_any_case_and_punctuation(
    named: tuple[str, str], data: st.DataObject
) -> None:
    name, code = named
    entries = [e.removeprefix("=") for e in code_words()[name].get(code, ()) if "+" not in e]
    if not entries:
        return
    text = data.draw(st.sampled_from(entries))
    change = data.draw(
        st.sampled_from(
            [str.upper, str.title, str.lower, lambda t: t.replace(" ", "  "), lambda t: f"{t}."]
        )
    )
    assert LISTS[name].read(change(text)) == LISTS[name].read(text) == code


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Z9", "Z9"), ("e99", "E99"), ("b) X12", "X12"), ("AMY", "other words"), ("Jane Smith", "other words"),
     ("07700900123", "other words"), ("x", "X")],
)  # fmt: skip
def test_code_of_no_list_is_shown_only_where_it_cannot_be_a_name(text: str, shown: str) -> None:
    assert shown_code(text) == shown


def test_codes_of_no_list_are_counted_as_they_are_written() -> None:
    column = contract_for("annex_a").tables["list_8"].columns["legal_status_code"]
    lists = contract_for("annex_a").code_lists
    read = type_column(["C2", "Z9", "Z9", "Jane", "#REF!", None], column, lists)
    assert read.unlisted == {"Z9": 2, "other words": 1}
    assert read.is_unreadable.tolist() == [False] * 4 + [True, False]
