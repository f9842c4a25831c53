"""Cells as received -> typed columns: dates, codes, numbers, flags, identifiers (expectations/README.md, 'Values').

Nothing here raises on a bad value: it becomes null and is marked unreadable (or `unmapped` for a code).
What follows from that (quarantine, flag) is decided in `records.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from expectations.contract import Column
from orchestration.intake.headings import normalise_heading

UNMAPPED = "unmapped"
OF_ONE_KIND = frozenset({str, int, date, datetime})
NULL_TEXTS = frozenset({"", "#n/a", "n/a", "null", "-"})
# Excel's day 0 and the sentinels that case systems export for 'no date'.
SENTINEL_DATES = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)})
EXCEL_EPOCH = date(1899, 12, 30)
SERIAL_RANGE = range(20000, 80001)
YEAR_RANGE = range(1900, 2101)
ACADEMIC_YEAR = re.compile(r"^(\d{4})[/-]?(\d{2})$")
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}
TIME_PART = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
DAY_FIRST = re.compile(rf"^(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}){TIME_PART}$", re.IGNORECASE)
# XML Schema's dates may name a zone without a time.
YEAR_FIRST = re.compile(
    rf"^(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})(?:Z|[+-]\d{{2}}:\d{{2}}|{TIME_PART})$", re.IGNORECASE
)
NAMED_MONTH = re.compile(rf"^(\d{{1,2}})-([A-Za-z]{{3}})-(\d{{4}}){TIME_PART}$", re.IGNORECASE)
NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
# As a spreadsheet shows a long number; digits around a bare E are an id like any other.
SCIENTIFIC = re.compile(r"^\d+(?:\.\d+E[+-]?|E[+-])\d+$", re.IGNORECASE)
OPTION_PREFIX = re.compile(r"^[a-z0-9]{1,2}\)\s*")
CODE_END = re.compile(r"\s*[:\-\u2013\u2014]")
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


def _is_null(value: object, null_texts: frozenset[str] = NULL_TEXTS) -> bool:
    if value is None or value is pd.NaT:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in null_texts


def _date_of(year: int, month: int, day: int) -> date | _Unreadable | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return UNREADABLE
    return _checked_date(found)


def _checked_date(found: date) -> date | _Unreadable | None:
    if found in SENTINEL_DATES:
        return None
    return found if found.year in YEAR_RANGE else UNREADABLE


def _serial_date(number: float) -> date | _Unreadable | None:
    days = int(number) if isfinite(number) else 0
    return _checked_date(EXCEL_EPOCH + timedelta(days=days)) if days in SERIAL_RANGE else UNREADABLE


def parse_date(value: object) -> date | _Unreadable | None:
    """A date from a date cell, an Excel serial or one of the accepted texts; two-digit years are refused."""
    if isinstance(value, date):
        return _checked_date(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, bool):
        return UNREADABLE
    if isinstance(value, int | float):
        return _serial_date(value)
    return _date_in_text(str(value).strip())


def _date_in_text(text: str) -> date | _Unreadable | None:
    if match := DAY_FIRST.match(text):
        day, _, month, year = match.groups()
        return _date_of(int(year), int(month), int(day))
    if match := YEAR_FIRST.match(text):
        return _date_of(*(int(part) for part in match.groups()))
    if match := NAMED_MONTH.match(text):
        day, name, year = match.groups()
        return _date_of(int(year), MONTHS.get(name.lower(), 0), int(day))
    return _serial_date(float(text)) if NUMBER.match(text) else UNREADABLE


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


def parse_week(value: object) -> date | _Unreadable | None:
    """The Monday of the week that holds a date."""
    found = parse_date(value)
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


def _option(value: object) -> str:
    """The text of a cell that holds one of a list of options; '1.0' is '1', 'b) No' is 'no'."""
    text = (
        str(value) if isinstance(value, bool) else re.sub(r"^(\d+)\.0+$", r"\1", str(value).strip())
    )
    return OPTION_PREFIX.sub("", normalise_heading(text))


def parse_flag(value: object) -> bool | _Unreadable:
    """Yes or no, in any of the spellings of the real files ('a) Yes', 'Y', '1', 'true')."""
    return FLAGS.get(_option(value), UNREADABLE)


def parse_text(value: object) -> str:
    """Free text, trimmed; a numeric cell without '.0'."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def spellings(code_list: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Normalised spelling -> code, the code itself included."""
    return {
        normalise_heading(spelling): code
        for code, also in code_list.items()
        for spelling in (code, *also)
    }


def parse_code(value: object, known: Mapping[str, str]) -> str:
    """The code of a cell: the whole text, words that a code list marks with a leading '*' anywhere in it, else
    the token before the first colon or hyphen, else `unmapped`.

    Source: expectations/README.md, 'Values', and dbt_project/docs/social_care.md, 'Care leavers', for the words.
    """
    text = _option(value)
    if text in known:
        return known[text]
    anywhere = (code for words, code in known.items() if words[:1] == "*" and words[1:] in text)
    return next(anywhere, known.get(CODE_END.split(text, maxsplit=1)[0], UNMAPPED))


@dataclass(frozen=True)
class TypedColumn:
    """A typed column and which of its cells were there but unreadable."""

    values: pd.Series
    is_unreadable: np.ndarray


DTYPES = {
    "child_id": "string", "upn": "string", "person_id": "string", "date": "date32[pyarrow]",
    "code": "string", "integer": "Int64", "decimal": "Float64", "flag": "boolean", "text": "string",
    "young_person_id": "string", "applicant_id": "string", "record_id": "string", "academic_year": "Int64",
    "week": "date32[pyarrow]",
}  # fmt: skip
PARSERS: dict[str, Callable[[object], Any]] = {
    "child_id": parse_identifier, "upn": parse_upn, "person_id": parse_identifier, "date": parse_date,
    "integer": parse_integer, "decimal": parse_decimal, "flag": parse_flag, "text": parse_text,
    "young_person_id": parse_identifier, "applicant_id": parse_identifier, "record_id": parse_identifier,
    "academic_year": parse_academic_year, "week": parse_week,
}  # fmt: skip


def _in_range(parsed: object, column: Column) -> object:
    """A number outside the column's range cannot be read as what it should be."""
    if not isinstance(parsed, int | float):
        return parsed
    too_low = column.lowest is not None and parsed < column.lowest
    too_high = column.highest is not None and parsed > column.highest
    return UNREADABLE if too_low or too_high else parsed


def type_column(
    cells: Sequence[object],
    column: Column,
    code_lists: Mapping[str, Mapping[str, Sequence[str]]],
    no_value: Sequence[str] = (),
) -> TypedColumn:
    """Parse each distinct value once and spread the result over the rows.

    `no_value`: texts that are no value in this source, beside those of every source.
    """
    parser = PARSERS.get(column.type)
    if column.type == "code":
        assert column.code_list is not None  # noqa: S101 -- the contract model guarantees it
        parser = partial(parse_code, known=spellings(code_lists[column.code_list]))
    assert parser is not None  # noqa: S101 -- dropped columns never come here
    positions, distinct = _distinct(cells)
    nulls = NULL_TEXTS | {text.lower() for text in no_value}
    parsed = [
        None if _is_null(value, nulls) else _in_range(parser(value), column) for value in distinct
    ]
    unreadable = np.fromiter((value is UNREADABLE for value in parsed), bool, len(parsed))
    clean = pd.array(
        [None if value is UNREADABLE else value for value in parsed], dtype=DTYPES[column.type]
    )
    if not len(distinct):
        return TypedColumn(pd.Series(clean), np.zeros(0, dtype=bool))
    return TypedColumn(pd.Series(clean.take(positions)), unreadable[positions])


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
