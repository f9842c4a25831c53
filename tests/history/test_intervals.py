"""Intervals: which submission gives the attributes, and when a key is withdrawn. Dated examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.history.answers import Interval, episodes, plans
from tests.history.warehouse import Warehouse
from tests.history.world import annex_a, cin_census, episode, plan, ssda903

ANN = ("ann", "2024-01-10")
HELD = [plan(*ANN)]


def test_newest_holder_gives_the_attributes(warehouse: Warehouse) -> None:
    """The newest submission, of any source, that holds the key gives its attributes."""
    may = annex_a("2024-05", list_7=HELD)
    june = annex_a("2024-06", list_7=[plan(*ANN, "2024-05-20")])
    assert plans(warehouse, [june, may]) == {ANN: Interval("2024-05-20", "annex_a", "2024-06-30")}


def test_annex_a_newer_than_a_census_gives_the_attributes(warehouse: Warehouse) -> None:
    """The newest submission, of any source: intervals know no precedence but for ties."""
    census = cin_census("2024-03", child_protection_plans=HELD)
    april = annex_a("2024-04", list_7=[plan(*ANN, "2024-04-20")])
    assert plans(warehouse, [census, april]) == {
        ANN: Interval("2024-04-20", "annex_a", "2024-04-30")
    }


def test_census_gives_the_attributes_on_a_tie(warehouse: Warehouse) -> None:
    """On one as-at date the statutory return comes before Annex A."""
    census = cin_census("2024-03", child_protection_plans=[plan(*ANN, "2024-03-20")])
    march = annex_a("2024-03", list_7=[plan(*ANN, "2024-03-21")])
    assert plans(warehouse, [census, march]) == {
        ANN: Interval("2024-03-20", "cin_census", "2024-03-31")
    }


def test_open_key_missing_from_the_next_submission_is_withdrawn(warehouse: Warehouse) -> None:
    """A key is withdrawn when a submission newer than its newest holder ... should hold it and does
    not; other keys of the child and of the day stand."""
    may = annex_a("2024-05", list_7=[*HELD, plan("ann", "2024-03-05"), plan("bob", "2024-01-10")])
    june = annex_a("2024-06", list_7=[plan("ann", "2024-03-05"), plan("bob", "2024-01-10")])
    assert sorted(plans(warehouse, [may, june])) == [("ann", "2024-03-05"), ("bob", "2024-01-10")]


def test_two_plans_of_a_child_and_one_start_of_two_children_are_different_keys(
    warehouse: Warehouse,
) -> None:
    """Key = child + start date."""
    keys = [("ann", "2024-01-10"), ("ann", "2024-03-05"), ("bob", "2024-01-10")]
    assert (
        sorted(plans(warehouse, [annex_a("2024-05", list_7=[plan(*key) for key in keys])])) == keys
    )


def test_withdrawal_needs_a_submission_by_the_knowledge_date(warehouse: Warehouse) -> None:
    """Nothing after K withdraws anything at K."""
    world = [annex_a("2024-05", list_7=HELD), annex_a("2024-06", list_7=[])]
    assert list(plans(warehouse, world, as_at=date(2024, 6, 29))) == [ANN]
    assert plans(warehouse, world, as_at=date(2024, 6, 30)) == {}


def test_cover_that_starts_the_day_after_withdraws(warehouse: Warehouse) -> None:
    """Only cover that starts no later than the day after the key was last held withdraws it."""
    june = annex_a("2024-06", list_7=HELD)
    december = annex_a("2024-12", list_7=[])
    assert december.cover("list_7")[0] == date(2024, 7, 1)
    assert plans(warehouse, [june, december]) == {}


@pytest.mark.parametrize(
    ("last_held", "stands"), [("2024-06-28", True), ("2024-06-29", True), ("2024-06-30", False)]
)
def test_one_day_without_cover_is_a_gap(warehouse: Warehouse, last_held: str, stands: bool) -> None:
    """Across a gap in cover absence proves nothing: the last Annex A covers from 1 July 2024."""
    world = [
        annex_a("2024-05", list_7=HELD),
        cin_census("2024-06", reference=last_held, child_protection_plans=HELD),
        annex_a("2024-12", list_7=[]),
    ]
    expected = {ANN: Interval(None, "cin_census", last_held)} if stands else {}
    assert plans(warehouse, world) == expected


def test_interval_stays_across_a_gap_whatever_follows_it(warehouse: Warehouse) -> None:
    """Across a gap in cover absence proves nothing: the interval stays, its end unknown."""
    world = [annex_a(month, list_7=[]) for month in ("2024-09", "2024-10", "2025-03")]
    stays = {ANN: Interval(None, "annex_a", "2024-01-31")}
    assert plans(warehouse, [annex_a("2024-01", list_7=HELD), *world]) == stays


def test_key_that_ended_before_the_newer_cover_stays(warehouse: Warehouse) -> None:
    """A submission should hold what is open or ended inside its cover: first day in, day before out."""
    march = annex_a(
        "2024-03",
        list_7=[plan("ann", "2023-10-01", "2023-12-31"), plan("bob", "2023-10-01", "2024-01-01")],
    )
    assert list(plans(warehouse, [march, annex_a("2024-06", list_7=[])])) == [("ann", "2023-10-01")]


def test_key_with_an_end_in_the_future_should_still_be_held(warehouse: Warehouse) -> None:
    """A plan whose end lies after the newer as-at date is open there."""
    may = annex_a("2024-05", list_7=[plan(*ANN, "2024-08-01")])
    assert plans(warehouse, [may, annex_a("2024-06", list_7=[])]) == {}


def test_absent_and_failed_tables_withdraw_nothing(warehouse: Warehouse) -> None:
    """A table absent from a submission covers nothing, so it should hold nothing."""
    may = annex_a("2024-05", list_7=HELD)
    failed = replace(annex_a("2024-07", list_3=[], list_7=[]), failed=frozenset({"list_7"}))
    assert list(plans(warehouse, [may, annex_a("2024-06", list_3=[]), failed])) == [ANN]


def test_withdrawal_needs_no_submission_in_between(warehouse: Warehouse) -> None:
    """Contiguous is judged by cover: two months without the list are no gap in a six-month cover."""
    may = annex_a("2024-05", list_7=HELD)
    assert (
        plans(warehouse, [may, annex_a("2024-06", list_3=[]), annex_a("2024-07", list_7=[])]) == {}
    )


def test_source_that_never_held_the_key_does_not_withdraw_it(warehouse: Warehouse) -> None:
    """Only a source that once held a key withdraws it: either way round."""
    census, june = cin_census("2024-05", reference="2024-05-30"), annex_a("2024-06", list_7=[])
    only_annex_a = [annex_a("2024-04", list_7=HELD), census]
    only_census = [census.having(child_protection_plans=HELD), june]
    assert list(plans(warehouse, only_annex_a)) == [ANN]
    assert list(plans(warehouse, only_census)) == [ANN]


def test_source_that_once_held_the_key_withdraws_it_from_another(warehouse: Warehouse) -> None:
    """Newer than its newest holder of any source, of a source that once held it: the newest holder
    is the census, the source that drops the key is Annex A."""
    world = [
        annex_a("2024-04", list_7=HELD),
        cin_census("2024-05", reference="2024-05-30", child_protection_plans=HELD),
        annex_a("2024-06", list_7=[]),
    ]
    assert plans(warehouse, world) == {}


def test_submission_as_old_as_the_newest_holder_does_not_withdraw(warehouse: Warehouse) -> None:
    """As-at strictly later: the census holds the key on the day on which Annex A dropped it."""
    world = [
        annex_a("2024-04", list_7=HELD),
        annex_a("2024-05", list_7=[]),
        cin_census("2024-05", child_protection_plans=HELD),
    ]
    assert plans(warehouse, world) == {ANN: Interval(None, "cin_census", "2024-05-31")}


def test_key_that_is_held_again_stands_again(warehouse: Warehouse) -> None:
    """Withdrawal asks only for submissions newer than the newest holder."""
    world = [
        annex_a("2024-04", list_7=HELD),
        annex_a("2024-05", list_7=[]),
        annex_a("2024-06", list_7=[plan(*ANN, "2024-06-20")]),
    ]
    assert plans(warehouse, world) == {ANN: Interval("2024-06-20", "annex_a", "2024-06-30")}


def test_row_that_ended_before_its_cover_is_not_used(warehouse: Warehouse) -> None:
    """Rows dated outside the days of their table are loaded and not used; the first day of it is inside."""
    june = annex_a(
        "2024-06",
        list_7=[plan("ann", "2023-10-01", "2023-12-31"), plan("bob", "2023-10-01", "2024-01-01")],
    )
    assert list(plans(warehouse, [june])) == [("bob", "2023-10-01")]


def test_row_that_ended_before_its_cover_does_not_hold_the_key(warehouse: Warehouse) -> None:
    """A row that is not used neither gives attributes nor keeps an open key from being withdrawn."""
    december = annex_a("2023-12", list_7=[plan("ann", "2023-10-01")])
    june = annex_a("2024-06", list_7=[plan("ann", "2023-10-01", "2023-12-20")])
    assert plans(warehouse, [december, june]) == {}


def test_row_that_is_not_used_makes_no_source_a_holder(warehouse: Warehouse) -> None:
    """Only a source that once held a key withdraws it: not by a row outside its cover."""
    world = [
        cin_census("2024-03", child_protection_plans=[plan("ann", "2023-01-20", "2023-03-31")]),
        annex_a("2024-04", list_7=[plan("ann", "2023-01-20")]),
        cin_census("2024-05", reference="2024-05-30"),
    ]
    assert list(plans(warehouse, world)) == [("ann", "2023-01-20")]


def test_episode_missing_from_a_contiguous_return_is_withdrawn(warehouse: Warehouse) -> None:
    """903 episodes are intervals: the return as at March 2025 covers from the day after the last."""
    last_year = ssda903(
        "2024-03", episodes=[episode("ann", "2023-05-02"), episode("bob", "2023-05-02")]
    )
    this_year = ssda903("2025-03", episodes=[episode("bob", "2023-05-02")])
    assert list(episodes(warehouse, [last_year, this_year])) == [("bob", "2023-05-02")]


def test_episode_stays_when_a_return_is_missing_in_between(warehouse: Warehouse) -> None:
    """A year without a return is a gap in cover."""
    world = [
        ssda903("2023-03", episodes=[episode("ann", "2022-05-02")]),
        ssda903("2025-03", episodes=[]),
    ]
    assert episodes(warehouse, world) == {
        ("ann", "2022-05-02"): Interval(None, "ssda903", "2023-03-31")
    }
