"""Dates, periods, ages and statuses in words."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.reports.content import wording


@pytest.mark.parametrize(
    ("basis", "start", "end", "said"),
    [
        ("rolling12", date(2024, 4, 1), date(2025, 3, 31), "year to 31 Mar 2025"),
        ("snapshot", date(2025, 3, 31), date(2025, 3, 31), "at 31 Mar 2025"),
        ("fy", date(2024, 4, 1), date(2025, 3, 31), "financial year to 31 Mar 2025"),
        ("rolling36", date(2022, 4, 1), date(2025, 3, 31), "three years to 31 Mar 2025"),
        ("academic_year", date(2023, 9, 1), date(2024, 8, 31), "academic year 2023/24"),
        ("annual", date(2024, 1, 1), date(2024, 12, 31), "calendar year 2024"),
        ("term", date(2024, 9, 1), date(2024, 12, 31), "1 Sep 2024 to 31 Dec 2024"),
    ],
)
def test_period_is_said_as_a_reader_says_it(basis: str, start: date, end: date, said: str) -> None:
    assert wording.period(basis, start, end) == said


@pytest.mark.parametrize(
    ("months", "said"), [(0, "under a month old"), (1, "1 month old"), (20, "20 months old")]
)
def test_age_is_said_in_whole_months(months: int, said: str) -> None:
    assert wording.age(months) == said


@pytest.mark.parametrize(
    ("basis", "label", "said"),
    [
        ("fy", "2024-25", "financial year 2024-25"),
        ("academic_year", "2024/25", "academic year 2024/25"),
        ("snapshot", "2025-03-31", "at 31 Mar 2025"),
        ("annual", "2024", "calendar year 2024"),
        ("term", "2024-12-31", "to 31 Dec 2024"),
    ],
)
def test_period_of_a_published_figure_is_its_publishers(basis: str, label: str, said: str) -> None:
    assert wording.published_period(basis, label) == said


def test_dates_in_a_reason_are_written_as_on_the_rest_of_the_page() -> None:
    assert wording.reason("not covered from 2024-04-01") == "not covered from 1 Apr 2024"


def test_adjoining_months_are_drawn_together() -> None:
    ends = [
        date(2024, 4, 30),
        date(2024, 5, 31),
        date(2024, 6, 30),
        date(2024, 12, 31),
        date(2025, 1, 31),
    ]
    assert wording.month_runs([*ends, date(2024, 9, 30)]) == (
        "Apr 2024 to Jun 2024, Sep 2024 and Dec 2024 to Jan 2025"
    )


def test_a_status_the_page_does_not_know_still_stands_in_words() -> None:
    assert wording.status_of("some_new_status").label == "Some new status"


def test_only_a_difference_of_basis_needs_a_note() -> None:
    assert wording.basis_note("snapshot", "snapshot") == ""
    assert "financial year" in wording.basis_note("rolling12", "fy")
    assert "academic year" in wording.basis_note("term", "academic_year")


def test_a_hold_names_the_table_as_officers_do() -> None:
    why = "held by annex_a.list_6.volume (annex_a list_6) since the extract of 31 Oct 2026"
    said = "Held by annex_a.list_6.volume (Annex A list 6) since the extract of 31 Oct 2026"
    assert wording.held(why) == said
    assert wording.hold(f"{said}. Newest good period: 30 Sep 2026") == said
