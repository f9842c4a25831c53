"""Cells as received -> typed columns: dates, codes, numbers, flags, identifiers (expectations/README.md, 'Values').

Nothing here raises on a bad value: it becomes null and is marked unreadable (or `unmapped` for a code).
What follows from that (quarantine, flag) is decided in `judging.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from expectations.checks import UNMAPPED
from expectations.contract import Column, code_words
from orchestration.intake.tables.codes import CodeReader, code_of_form, option_text, shown_code

OF_ONE_KIND = frozenset({str, int, date, datetime})
NULL_TEXTS = frozenset({"", "#n/a", "n/a", "null", "-"})
# What a spreadsheet shows where it has no value to show, and what the reader of a workbook puts where a formula was never
# calculated. '#N/A' is how people leave a cell empty.
NOT_CALCULATED = "#NOT CALCULATED!"
ERROR_TEXTS = frozenset(
    {"#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!", "#getting_data",
     "#field!", "#blocked!", "#unknown!", "#connect!", "#busy!", NOT_CALCULATED.lower()}
)  # fmt: skip
_LIBREOFFICE_ERROR = re.compile(r"Err:\d{3}")
LONGEST_ERROR = 40
# What a script that fills Annex A writes next to a code that it has no place for ('u) X1:CodeError'): an error, not a code.
CODE_ERRORS = ("codeerror", "code error")
# Days that case systems export for 'no date', Excel's day 0 among them.
PLACEHOLDER_DATES = frozenset(
    {date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1), date(9999, 12, 31)}
)
EXCEL_EPOCH = date(1899, 12, 30)
SERIAL_RANGE = range(20000, 80001)
YEAR_RANGE = range(1900, 2101)
ACADEMIC_YEAR = re.compile(r"^(\d{4})[/-]?(\d{2})$")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTHS = {
    name: number
    for number, full in enumerate(MONTH_NAMES, start=1)
    for name in (full, full[:3], *(["sept"] if full == "september" else []))
}
TIME_PART = (
    r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,:]\d+)?)?\s*(?:[AP]\.?M\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?"
    r")?"
)
# XML Schema's dates may name a zone without a time.
ZONE = r"(?:Z|[+-]\d{2}:\d{2})"
MONTH_PART = r"(?P<month>\d{1,2}|[A-Za-z]{3,9})"
DATE_FORMS = tuple(
    re.compile(rf"^{form}{TIME_PART}$", re.IGNORECASE)
    for form in (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?P<mark>[/\-. ]){MONTH_PART}(?P=mark)(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})(?P<mark>[/\-. ]){MONTH_PART}(?P=mark)(?P<day>\d{{1,2}}){ZONE}?",
        r"(?P<month>[A-Za-z]{3,9})[ \-](?P<day>\d{1,2})(?:st|nd|rd|th)?[ \-](?P<year>\d{4}|\d{2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
# As a spreadsheet shows a long number; digits around a bare E are an id like any other.
SCIENTIFIC = re.compile(r"^\d+(?:\.\d+E[+-]?|E[+-])\d+$", re.IGNORECASE)
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN = re.compile(rf"^[{UPN_LETTERS}]\d{{11}}[\d{UPN_LETTERS}]$")
# Marks without a width come along when an id is copied from a page, and would make it another child's.
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
UPN_UNKNOWN = re.compile(r"^UN[1-7]$")
# A whole number beyond this has lost digits in a spreadsheet cell (IEEE 754 double).
LARGEST_EXACT = 10**15


class _Unreadable:
    """Marks a value that is there but cannot be read as its type."""


UNREADABLE = _Unreadable()
PLACEHOLDERS, TWO_DIGIT_YEARS = "PLACEHOLDERS", "TWO_DIGIT_YEARS"
TWO_DIGITS = 2


def is_null(value: object, null_texts: frozenset[str] = NULL_TEXTS) -> bool:
    """Whether a cell holds no value."""
    if value is None or value is pd.NaT:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in null_texts


def _is_error(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return is_error_text(value) or value.rstrip().lower().endswith(CODE_ERRORS)


def is_error_text(text: str) -> bool:
    """Whether a spreadsheet shows this where it has no value."""
    if text[:1] == "#":
        return text.strip().lower() in ERROR_TEXTS
    return text[:4] == "Err:" and _LIBREOFFICE_ERROR.fullmatch(text.strip()) is not None


def _date_of(year: int, month: int, day: int) -> date | _Unreadable:
    try:
        return date(year, month, day)
    except ValueError:
        return UNREADABLE


def _checked_date(found: date | _Unreadable) -> date | _Unreadable | None:
    if isinstance(found, _Unreadable):
        return found
    if found in PLACEHOLDER_DATES:
        return None
    return found if found.year in YEAR_RANGE else UNREADABLE


def _serial_date(number: float) -> date | _Unreadable:
    days = int(number) if isfinite(number) else 0
    return EXCEL_EPOCH + timedelta(days=days) if days in SERIAL_RANGE else UNREADABLE


def parse_date(value: object, newest_year: int = YEAR_RANGE[-1]) -> date | _Unreadable | None:
    """A date from a date cell, an Excel serial or a text; None for a placeholder.

    Of a year of two digits, the newest is meant that is not after `newest_year`.
    """
    if isinstance(value, date):
        return _checked_date(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, bool):
        return UNREADABLE
    return _checked_date(_date_in_text(parse_text(value), newest_year))


def _date_in_text(text: str, newest_year: int) -> date | _Unreadable:
    plain = " ".join(text.replace(",", " ").split())
    found = next(filter(None, (form.match(plain) for form in DATE_FORMS)), None)
    if found is None:
        return _serial_date(float(plain)) if NUMBER.match(plain) else UNREADABLE
    month = found["month"].lower()
    number = int(month) if month.isdigit() else MONTHS.get(month, 0)
    year = int(found["year"])
    if len(found["year"]) == TWO_DIGITS:
        century = newest_year // 100 * 100
        year += century if century + year <= newest_year else century - 100
    return _date_of(year, number, int(found["day"]))


def has_two_digit_year(value: object) -> bool:
    """Whether a date is written with a year of two digits."""
    if not isinstance(value, str):
        return False
    plain = " ".join(value.replace(",", " ").split())
    found = next(filter(None, (form.match(plain) for form in DATE_FORMS)), None)
    return found is not None and len(found["year"]) == TWO_DIGITS


def parse_identifier(value: object) -> str | _Unreadable | None:
    """An identifier as text: trimmed, upper case, leading zeros kept, no '.0' of a numeric cell."""
    if isinstance(value, bool | date):
        return UNREADABLE
    if isinstance(value, int | float):
        exact = float(value).is_integer() and abs(value) < LARGEST_EXACT
        return str(int(value)) if exact else UNREADABLE
    text = str(value).translate(INVISIBLE).strip().upper()
    if "E" in text and SCIENTIFIC.match(text):
        return UNREADABLE
    return re.sub(r"^(\d+)\.0+$", r"\1", text) if "." in text else text


def parse_upn(value: object) -> str | _Unreadable | None:
    """A unique pupil number; the reasons for having none (UN1 to UN7) are null."""
    found = parse_identifier(value)
    return None if isinstance(found, str) and UPN_UNKNOWN.match(found) else found


def is_wrong_upn(numbers: pd.Series) -> np.ndarray:
    """Which numbers of pupils cannot have been given: thirteen characters, the first a check letter over the others.

    Source: DfE, Unique pupil numbers guide, 2019: letters weigh by their place, also the last of a temporary number.
    """
    codes, distinct = pd.factorize(numbers)
    wrong = np.array([not _is_given_upn(str(number)) for number in distinct], dtype=bool)
    return np.append(wrong, False)[codes]


def _is_given_upn(number: str) -> bool:
    if not UPN.match(number):
        return False
    last = number[-1]
    values = [*map(int, number[1:-1]), UPN_LETTERS.index(last) if last.isalpha() else int(last)]
    weighed = sum(place * value for place, value in enumerate(values, start=2))
    return UPN_LETTERS[weighed % len(UPN_LETTERS)] == number[0]


def parse_integer(value: object) -> int | _Unreadable:
    """A whole number; '12.0' is 12."""
    number = parse_decimal(value)
    if isinstance(number, _Unreadable):
        return number
    return int(number) if number % 1 == 0 and abs(number) < LARGEST_EXACT else UNREADABLE


def parse_decimal(value: object) -> float | _Unreadable:
    """A number without a thousands separator."""
    if isinstance(value, bool):
        return UNREADABLE
    if isinstance(value, int | float):
        return float(value) if isfinite(value) else UNREADABLE
    text = str(value).strip()
    return parse_decimal(float(text)) if NUMBER.match(text) else UNREADABLE


def parse_academic_year(value: object) -> int | _Unreadable:
    """The year in which an academic year ends: 2025 for '2024/25' or '202425' (expectations/README.md, 'Values')."""
    match = ACADEMIC_YEAR.match(re.sub(r"\.0+$", "", str(value).strip()))
    if match is None:
        return UNREADABLE
    end_year = int(match[1]) + 1
    return end_year if end_year % 100 == int(match[2]) and end_year in YEAR_RANGE else UNREADABLE


def parse_week(value: object, newest_year: int = YEAR_RANGE[-1]) -> date | _Unreadable | None:
    """The Monday of the week that holds a date."""
    found = parse_date(value, newest_year)
    return found - timedelta(days=found.weekday()) if isinstance(found, date) else found


FLAGS = {
    "1": True,
    "y": True,
    "yes": True,
    "true": True,
    "0": False,
    "n": False,
    "no": False,
    "false": False,
}


def parse_flag(value: object) -> bool | _Unreadable:
    """Yes or no, in any of the spellings of the real files ('a) Yes', 'Y', '1', 'true')."""
    return FLAGS.get(option_text(value), UNREADABLE)


def parse_text(value: object) -> str:
    """Free text, trimmed; a numeric cell without '.0'."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@dataclass(frozen=True)
class TypedColumn:
    """A typed column: its values, which of its cells were there but unreadable, and what was read into some of them."""

    values: pd.Series
    is_unreadable: np.ndarray
    notes: Mapping[str, int] = field(default_factory=dict)
    """How many cells held a placeholder or a year of two digits."""
    unlisted: Mapping[str, int] = field(default_factory=dict)
    """How often each code of no list is there; what is no code but words is counted together."""


DTYPES = {
    "child_id": "string", "upn": "string", "person_id": "string", "date": "date32[pyarrow]",
    "code": "string", "integer": "Int64", "decimal": "Float64", "flag": "boolean", "text": "string",
    "young_person_id": "string", "applicant_id": "string", "record_id": "string", "academic_year": "Int64",
    "week": "date32[pyarrow]", "compared": "string",
}  # fmt: skip
PARSERS: dict[str, Callable[[object], Any]] = {
    "child_id": parse_identifier, "upn": parse_upn, "person_id": parse_identifier, "date": parse_date,
    "integer": parse_integer, "decimal": parse_decimal, "flag": parse_flag, "text": parse_text,
    "young_person_id": parse_identifier, "applicant_id": parse_identifier, "record_id": parse_identifier,
    "academic_year": parse_academic_year, "week": parse_week, "compared": parse_text,
}  # fmt: skip


def _in_range(parsed: object, column: Column) -> object:
    """A number outside the column's range cannot be read as what it should be; a negative count is a placeholder."""
    if not isinstance(parsed, int | float):
        return parsed
    # Where a row cannot do without the number (education), a negative one quarantines it as any other.
    may_be_none = column.type == "integer" and column.value == "free" and not column.lowest
    if may_be_none and parsed < 0:
        return None
    too_low = column.lowest is not None and parsed < column.lowest
    too_high = column.highest is not None and parsed > column.highest
    return UNREADABLE if too_low or too_high else parsed


def _parser_of(
    column: Column, code_lists: Mapping[str, Mapping[str, Sequence[str]]], newest_year: int
) -> Callable[[object], Any]:
    if column.code_form is not None:
        return partial(code_of_form, form=re.compile(column.code_form, re.IGNORECASE))
    if (name := column.code_list) is not None and column.type in ("code", "text"):
        return CodeReader(code_lists[name], code_words().get(name, {})).read
    if column.type == "date":
        return partial(parse_date, newest_year=newest_year)
    if column.type == "week":
        return partial(parse_week, newest_year=newest_year)
    return PARSERS[column.type]


def type_column(
    cells: Sequence[object],
    column: Column,
    code_lists: Mapping[str, Mapping[str, Sequence[str]]],
    no_value: Sequence[str] = (),
    newest_year: int = YEAR_RANGE[-1],
) -> TypedColumn:
    """Parse each distinct value once and spread the result over the rows.

    `no_value`: texts that are no value in this source, besides those of every source. `newest_year`: of years of two
    digits.
    """
    parser = _parser_of(column, code_lists, newest_year)
    positions, distinct = _distinct(cells)
    nulls = NULL_TEXTS | {text.lower() for text in no_value}
    empty = [is_null(value, nulls) for value in distinct]
    parsed = [
        None if is_empty else UNREADABLE if _is_error(value) else _in_range(parser(value), column)
        for value, is_empty in zip(distinct, empty, strict=True)
    ]
    unreadable = np.fromiter((value is UNREADABLE for value in parsed), bool, len(parsed))
    # An error in a column of codes is reported, and keeps a row out, as any code of no list is.
    instead = UNMAPPED if column.type == "code" else None
    clean = pd.array(
        [instead if value is UNREADABLE else value for value in parsed], dtype=DTYPES[column.type]
    )
    if not len(distinct):
        return TypedColumn(pd.Series(clean), np.zeros(0, dtype=bool))
    counts = np.bincount(positions, minlength=len(distinct))
    notes = _notes(column, distinct, parsed, empty, counts)
    unlisted = _unlisted(distinct, parsed, counts)
    return TypedColumn(pd.Series(clean.take(positions)), unreadable[positions], notes, unlisted)


def _unlisted(
    distinct: Sequence[object], parsed: Sequence[object], counts: np.ndarray
) -> dict[str, int]:
    found: dict[str, int] = {}
    for value, code, count in zip(distinct, parsed, counts, strict=True):
        if isinstance(code, str) and code == UNMAPPED:
            shown = shown_code(value)
            found[shown] = found.get(shown, 0) + int(count)
    return found


def _notes(
    column: Column,
    distinct: Sequence[object],
    parsed: Sequence[object],
    empty: Sequence[bool],
    counts: np.ndarray,
) -> dict[str, int]:
    """How many cells held something that was read as what it says only with a rule of ours."""
    if column.type not in ("date", "week", "integer"):
        return {}
    placeholders = [
        value is None and not is_empty for value, is_empty in zip(parsed, empty, strict=True)
    ]
    short = [column.type != "integer" and has_two_digit_year(value) for value in distinct]
    found = {PLACEHOLDERS: counts[placeholders].sum(), TWO_DIGIT_YEARS: counts[short].sum()}
    return {name: int(count) for name, count in found.items() if count}


def _distinct(cells: Sequence[object]) -> tuple[np.ndarray, list[object]]:
    kinds = set(map(type, cells)) - {type(None)}
    if len(kinds) == 1 and kinds <= OF_ONE_KIND:
        return _distinct_of_one_kind(cells)
    # Keyed by type too: 1, 1.0 and True are equal as dictionary keys but are not the same cell.
    seen: dict[Any, int] = {}
    distinct: list[object] = []
    positions = np.empty(len(cells), dtype=np.int64)
    for row, cell in enumerate(cells):
        key = cell if isinstance(cell, str) or cell is None else (type(cell), cell)
        found = seen.get(key)
        if found is None:
            found = seen[key] = len(distinct)
            distinct.append(cell)
        positions[row] = found
    return positions, distinct


def _distinct_of_one_kind(cells: Sequence[object]) -> tuple[np.ndarray, list[object]]:
    """The same by pandas, a third of the time; the empty cell comes last."""
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    positions, distinct = pd.factorize(values)
    found = list(distinct)
    if (empty := positions == -1).any():
        positions[empty] = len(found)
        found.append(None)
    return positions, found
