"""Point events: for each event date one source serves. Dated examples, then properties."""

from __future__ import annotations

from tests.history.answers import assessments, referral_sources, referrals
from tests.history.warehouse import Warehouse
from tests.history.world import annex_a, assessment, cin_census, referral


def test_event_that_the_newest_covering_submission_no_longer_holds_is_gone(
    warehouse: Warehouse,
) -> None:
    """An event that the newest covering submission no longer holds is gone."""
    may = annex_a("2024-05", list_3=[referral("ann", "2024-05-10"), referral("bob", "2024-05-11")])
    june = annex_a("2024-06", list_3=[referral("bob", "2024-05-11")])
    assert referrals(warehouse, [may, june]) == [("bob", "2024-05-11")]


def test_event_outside_the_newer_window_stays(warehouse: Warehouse) -> None:
    """An event that an older submission holds outside the newer window stays."""
    january = annex_a(
        "2024-01", list_3=[referral("ann", "2023-12-31"), referral("bob", "2024-01-01")]
    )
    june = annex_a("2024-06", list_3=[])
    assert referrals(warehouse, [january, june]) == [("ann", "2023-12-31")]


def test_cover_begins_and_ends_on_days_that_count(warehouse: Warehouse) -> None:
    """Six months are counted back from the day after the as-at date: both days are covered."""
    june = annex_a("2024-06", list_3=[referral("ann", "2024-01-01"), referral("bob", "2024-06-30")])
    assert referrals(warehouse, [june]) == [("ann", "2024-01-01"), ("bob", "2024-06-30")]


def test_rows_before_the_declared_cover_are_not_used(warehouse: Warehouse) -> None:
    """Rows dated outside the days of their table are loaded and not used (dbt_project/docs/history.md, 'Cover')."""
    june = annex_a("2024-06", list_3=[referral("ann", "2023-12-31"), referral("bob", "2024-01-01")])
    assert referrals(warehouse, [june]) == [("bob", "2024-01-01")]


def test_longer_look_back_covers_more_days(warehouse: Warehouse) -> None:
    """`look_back_months` lengthens lists 1-8."""
    june = annex_a("2024-06", look_back_months=12, list_3=[referral("ann", "2023-07-01")])
    assert referrals(warehouse, [june]) == [("ann", "2023-07-01")]


def test_row_that_only_an_older_submission_holds_is_not_used(warehouse: Warehouse) -> None:
    """Rows of that date in any other submission are not used: an old edit is not merged in."""
    may = annex_a("2024-05", list_3=[referral("ann", "2024-05-10")])
    june = annex_a("2024-06", list_3=[referral("bob", "2024-05-10")])
    assert referrals(warehouse, [may, june]) == [("bob", "2024-05-10")]


def test_absent_table_deletes_nothing_and_an_empty_one_does(warehouse: Warehouse) -> None:
    """A table absent from a submission covers nothing; a table present with headers and no rows
    covers its whole window."""
    may = annex_a("2024-05", list_3=[referral("ann", "2024-05-10")])
    assert referrals(warehouse, [may, annex_a("2024-06", list_7=[])]) == [("ann", "2024-05-10")]
    assert referrals(warehouse, [may, annex_a("2024-06", list_3=[])]) == []


def test_census_serves_the_days_it_covers_even_when_annex_a_is_newer(warehouse: Warehouse) -> None:
    """The first in the entity's precedence with a submission covering the date: `cin_census` first."""
    census = cin_census("2024-03", cin_details=[referral("ann", "2024-03-04")])
    june = annex_a("2024-06", list_3=[referral("bob", "2024-03-31"), referral("cat", "2024-04-01")])
    assert referral_sources(warehouse, [census, june]) == {
        ("ann", "2024-03-04"): "cin_census",
        ("cat", "2024-04-01"): "annex_a",
    }


def test_census_covers_from_the_first_of_april(warehouse: Warehouse) -> None:
    """SSDA903 and CIN census: 1 April on or before as-at up to as-at."""
    april = annex_a(
        "2023-04", list_3=[referral("ann", "2023-03-31"), referral("bob", "2023-04-01")]
    )
    assert referrals(warehouse, [april, cin_census("2024-03")]) == [("ann", "2023-03-31")]


def test_late_edit_of_a_census_date_waits_for_the_next_census(warehouse: Warehouse) -> None:
    """A late edit of a date that a census covers is taken up by the next census only."""
    census = cin_census("2024-03", cin_details=[referral("ann", "2024-03-04")])
    may = annex_a("2024-05", list_3=[referral("ann", "2024-03-05")])
    corrected = cin_census(
        "2024-05", reference="2024-03-31", cin_details=[referral("ann", "2024-03-05")]
    )
    assert referrals(warehouse, [census, may]) == [("ann", "2024-03-04")]
    assert referrals(warehouse, [census, may, corrected]) == [("ann", "2024-03-05")]


def test_newest_census_covering_the_date_serves(warehouse: Warehouse) -> None:
    """Of one source the newest submission that covers the date serves."""
    december = cin_census("2023-12", cin_details=[referral("ann", "2023-11-06")])
    march = cin_census("2024-03", cin_details=[referral("bob", "2023-11-07")])
    assert referrals(warehouse, [march, december]) == [("bob", "2023-11-07")]


def test_day_that_nothing_covers_has_no_events(warehouse: Warehouse) -> None:
    """A date counts only where some submission covers it."""
    january = annex_a("2024-01", list_3=[referral("ann", "2024-01-05")])
    december = annex_a(
        "2024-12", list_3=[referral("bob", "2024-03-05"), referral("cat", "2024-07-01")]
    )
    assert referrals(warehouse, [january, december]) == [
        ("ann", "2024-01-05"),
        ("cat", "2024-07-01"),
    ]


def test_assessment_is_dated_by_its_authorisation(warehouse: Warehouse) -> None:
    """Assessment by authorisation date: the start may lie before the cover."""
    june = annex_a("2024-06", list_4=[assessment("ann", "2023-11-20", "2024-01-01")])
    early = annex_a("2024-01", list_4=[assessment("bob", "2023-11-20", "2023-12-29")])
    assert assessments(warehouse, [june, early]) == [
        ("ann", "2023-11-20", "2024-01-01"),
        ("bob", "2023-11-20", "2023-12-29"),
    ]


def test_census_serves_assessments_authorised_in_its_days(warehouse: Warehouse) -> None:
    """The precedence of referrals holds for assessments too."""
    census = cin_census("2024-03", assessments=[assessment("ann", "2024-02-01", "2024-03-04")])
    may = annex_a("2024-05", list_4=[assessment("ann", "2024-02-02", "2024-03-04")])
    assert assessments(warehouse, [census, may]) == [("ann", "2024-02-01", "2024-03-04")]
