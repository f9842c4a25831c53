"""Cells whose kind is a matter of one character."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.intake.tables.cells import UNREADABLE, parse_date, parse_identifier


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("7E12", "7E12"), ("12e3", "12E3"), ("0E0", "0E0"),
        ("1.23E+11", UNREADABLE), ("1.23E11", UNREADABLE), ("5E+15", UNREADABLE), ("1E-5", UNREADABLE),
    ],
)  # fmt: skip
def test_id_with_an_e_is_an_id_unless_a_spreadsheet_made_it(text: str, read: object) -> None:
    """An identifier is text and never cast to a number (expectations/README.md, 'Values')."""
    assert parse_identifier(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2025-03-31Z", date(2025, 3, 31)), ("2025-03-31+01:00", date(2025, 3, 31)),
        ("2025-03-31T00:00:00Z", date(2025, 3, 31)), ("2025-03-31-2025", UNREADABLE),
        ("31/03/2025Z", UNREADABLE),
    ],
)  # fmt: skip
def test_date_of_xml_schema_may_name_a_zone(text: str, read: object) -> None:
    assert parse_date(text) == read
