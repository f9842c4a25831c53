"""State at P: who counts in a snapshot. Dated examples on plans, and on periods of care by list 8."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.history.answers import looked_after_at, on_plan_at
from tests.history.warehouse import Warehouse
from tests.history.world import CAMDEN, Submission, annex_a, care, plan

MAY, JUNE, JULY = "2024-05-31", "2024-06-30", "2024-07-31"


def test_interval_that_starts_on_the_day_counts_and_a_day_later_does_not(
    warehouse: Warehouse,
) -> None:
    """An interval counts from its first day on."""
    world = [
        annex_a(
            "2024-07",
            list_7=[plan("ann", "2024-06-30"), plan("bob", "2024-07-01")],
            list_8=[care("ann", "2024-06-30"), care("bob", "2024-07-01")],
        ),
        annex_a("2024-05", list_3=[]),
    ]
    assert on_plan_at(warehouse, world, JUNE) == {"ann": "2024-06-30"}
    assert looked_after_at(warehouse, world, JUNE) == {"ann": "2024-06-30"}


def test_interval_that_ends_on_the_day_does_not_count_and_a_day_later_does(
    warehouse: Warehouse,
) -> None:
    """A child ceasing on a day is not in its snapshot (dbt_project/docs/history.md, 'State at a month end')."""
    ended = {"ann": "2024-06-30", "bob": "2024-07-01"}
    world = [
        annex_a(
            "2024-07",
            list_7=[plan(child, "2024-01-10", end) for child, end in ended.items()],
            list_8=[care(child, "2024-01-10", end) for child, end in ended.items()],
        ),
        annex_a("2024-06", list_3=[]),
    ]
    assert on_plan_at(warehouse, world, JUNE) == {"bob": "2024-01-10"}
    assert looked_after_at(warehouse, world, JUNE) == {"bob": "2024-01-10"}


def test_interval_counts_at_the_as_at_of_its_newest_holder_and_not_after(
    warehouse: Warehouse,
) -> None:
    """An interval counts up to the as-at date of its newest holder."""
    may, june = (
        annex_a(month, list_7=[plan("ann", "2024-01-10")], list_8=[care("ann", "2024-01-10")])
        for month in ("2024-05", "2024-06")
    )
    world = [may, june, annex_a("2024-07", list_3=[])]
    for state_at in (on_plan_at, looked_after_at):
        assert state_at(warehouse, world, JUNE) == {"ann": "2024-01-10"}
        assert state_at(warehouse, world, JULY) == {}


def test_newer_submission_speaks_for_a_month_without_one(warehouse: Warehouse) -> None:
    """A newest holder after P attests P, also where no submission is as at P."""
    world = [annex_a("2024-05", list_3=[]), annex_a("2024-07", list_7=[plan("ann", "2024-06-03")])]
    assert on_plan_at(warehouse, world, MAY) == {}
    assert on_plan_at(warehouse, world, JUNE) == {"ann": "2024-06-03"}


def test_late_end_date_reaches_back_to_earlier_months(warehouse: Warehouse) -> None:
    """The newest holder 'gives its attributes, also for earlier P'."""
    world = [
        annex_a("2024-05", list_7=[plan("ann", "2024-01-10")]),
        annex_a("2024-06", list_7=[plan("ann", "2024-01-10", "2024-05-20")]),
    ]
    assert on_plan_at(warehouse, world, MAY, as_at=date(2024, 5, 31)) == {"ann": "2024-01-10"}
    assert on_plan_at(warehouse, world, MAY) == {}


def test_withdrawn_interval_leaves_the_earlier_months_too(warehouse: Warehouse) -> None:
    """A key that should be held and is not was never true."""
    world = [annex_a("2024-05", list_7=[plan("ann", "2024-01-10")]), annex_a("2024-06", list_7=[])]
    assert on_plan_at(warehouse, world, MAY) == {}


def test_interval_across_a_gap_counts_up_to_its_newest_holder(warehouse: Warehouse) -> None:
    """Across a gap the interval stays, its end unknown: attested up to January, unknown after."""
    world = [annex_a("2024-01", list_7=[plan("ann", "2023-10-02")]), annex_a("2024-09", list_7=[])]
    assert on_plan_at(warehouse, world, "2024-01-31") == {"ann": "2023-10-02"}
    assert on_plan_at(warehouse, world, "2024-02-29") == {}


def test_child_with_two_open_intervals_counts_once_by_the_latest_start(
    warehouse: Warehouse,
) -> None:
    """A snapshot population has one row per child (latest start)."""
    starts = ("2024-01-10", "2024-03-05", "2024-02-07")
    world = [
        annex_a(
            "2024-05",
            list_7=[plan("ann", start) for start in starts],
            list_8=[care("ann", start) for start in starts],
        )
    ]
    assert on_plan_at(warehouse, world, MAY) == {"ann": "2024-03-05"}
    assert looked_after_at(warehouse, world, MAY) == {"ann": "2024-03-05"}


def test_latest_start_is_taken_among_the_intervals_that_count(warehouse: Warehouse) -> None:
    """A later interval that is over does not push out an earlier one that is open."""
    both = [plan("ann", "2024-01-10"), plan("ann", "2024-03-05", "2024-04-02")]
    assert on_plan_at(warehouse, [annex_a("2024-05", list_7=both)], MAY) == {"ann": "2024-01-10"}


def test_children_of_one_area_count_each(warehouse: Warehouse) -> None:
    """A snapshot population has one row per child."""
    world = [annex_a("2024-05", list_7=[plan("ann", "2024-01-10"), plan("bob", "2024-01-10")])]
    assert sorted(on_plan_at(warehouse, world, MAY)) == ["ann", "bob"]


def test_children_of_two_areas_count_in_their_own(warehouse: Warehouse) -> None:
    """The same local id in two authorities is two children."""
    barnet = annex_a(
        "2024-05", list_7=[plan("ann", "2024-01-10")], list_8=[care("ann", "2024-01-10")]
    )
    world = [barnet, replace(barnet, area=CAMDEN)]
    told = warehouse.tell(world, "pop_cp_plans_open", "pop_looked_after")
    for rows in told.values():
        assert sorted(row["area_code"] for row in rows) == [barnet.area, CAMDEN]


def test_grid_runs_over_every_month_end_between_the_as_at_dates(warehouse: Warehouse) -> None:
    """Every month end from the earliest to the latest as-at date of any authority
    (dbt_project/docs/figures.md, 'The grid')."""
    world = [
        annex_a("2023-12", list_3=[]),
        annex_a("2024-03", list_3=[], area=CAMDEN),
        Submission("population", "2022-06", {}, area="national"),
        Submission("population", "2025-06", {}, area="national"),
    ]
    told = warehouse.tell(world, "hist_month_ends")["hist_month_ends"]
    ends = [row["month_end"].isoformat() for row in told]
    assert ends == ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"]
