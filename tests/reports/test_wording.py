"""Dates, periods, ages and statuses in words."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.registry.vocabulary import vocabulary
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
        ("annual", date(2026, 4, 16), date(2026, 4, 16), "on 16 Apr 2026"),
        ("annual", date(2025, 4, 1), date(2026, 3, 31), "year to 31 Mar 2026"),
        ("annual", date(2021, 4, 1), date(2024, 3, 31), "three years to 31 Mar 2024"),
        ("term", date(2024, 9, 1), date(2024, 12, 31), "autumn term 2024/25"),
        ("term", date(2025, 1, 1), date(2025, 4, 20), "spring term 2024/25"),
        ("term", date(2026, 4, 6), date(2026, 8, 31), "summer term 2025/26"),
        (
            "academic_year_autumn_spring",
            date(2025, 8, 1),
            date(2026, 4, 5),
            "autumn and spring terms 2025/26",
        ),
        ("december_to_february", date(2024, 12, 1), date(2025, 2, 28), "Dec 2024 to Feb 2025"),
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
    ("basis", "label", "start", "end", "said"),
    [
        ("fy", "2024-25", date(2024, 4, 1), date(2025, 3, 31), "financial year 2024-25"),
        (
            "academic_year",
            "2024/25",
            date(2024, 9, 1),
            date(2025, 8, 31),
            "academic year 2024/25",
        ),
        ("snapshot", "2025-03-31", date(2025, 3, 31), date(2025, 3, 31), "at 31 Mar 2025"),
        ("annual", "2024", date(2024, 1, 1), date(2024, 12, 31), "calendar year 2024"),
        ("annual", "2018", date(2018, 4, 16), date(2018, 4, 16), "on 16 Apr 2018"),
        ("annual", "2024", date(2021, 4, 1), date(2024, 3, 31), "three years to 31 Mar 2024"),
        ("term", "2024-12-31", date(2024, 9, 1), date(2024, 12, 31), "autumn term 2024/25"),
        (
            "december_to_february",
            "2025-02-28",
            date(2024, 12, 1),
            date(2025, 2, 28),
            "Dec 2024 to Feb 2025",
        ),
        ("rolling12", "2024-12-31", date(2024, 1, 1), date(2024, 12, 31), "to 31 Dec 2024"),
    ],
)
def test_period_of_a_published_figure_is_its_publishers(
    basis: str, label: str, start: date, end: date, said: str
) -> None:
    assert wording.published_period(basis, label, start, end) == said


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
    assert wording.basis_note("snapshot", "fy") == (
        "Published figures are for a financial year; ours are for one day."
    )
    assert wording.basis_note("rolling12", "annual") == (
        "Published figures are for a calendar year; ours are for twelve months to the end of any month."
    )


def test_no_basis_is_named_by_its_code() -> None:
    """Each has words of its own, so that a note never has to say 'fy'."""
    bases = vocabulary().bases
    for ours in bases:
        for theirs in bases:
            note = wording.basis_note(ours, theirs)
            assert not {"fy", "ytd", "snapshot", "rolling12", "annual", "_"} & set(
                note.replace(".", "").split()
            )
            assert "another kind of period" not in note


def test_a_hold_names_the_table_as_officers_do() -> None:
    why = "held by annex_a.list_6.volume (annex_a list_6) since the extract of 31 Oct 2026"
    said = "Held by annex_a.list_6.volume (Annex A list 6) since the extract of 31 Oct 2026"
    assert wording.held(why) == said
    assert wording.hold(f"{said}. Newest good period: 30 Sep 2026") == said
