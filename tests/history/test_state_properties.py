"""Properties of snapshots and of complete, honest submissions: what they say is the true life."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.history.lives import RETURNS, WORKBOOKS, Life, complete, examples, lives, worlds
from tests.history.warehouse import Warehouse
from tests.history.world import World

SNAPSHOTS = {"pop_cp_plans_open": "hist_cp_plans", "pop_looked_after": "hist_periods_of_care"}
LAST_DAY = date(2025, 3, 31)


@examples(15)
@given(worlds(), st.sampled_from(sorted(SNAPSHOTS)))
def test_child_counts_once_by_the_latest_interval_that_counts(
    warehouse: Warehouse, world: World, population: str
) -> None:
    """An interval counts in a snapshot at P when start <= P, end null or > P, and its newest holder's
    as-at >= P. A snapshot population has one row per child (latest start)."""
    model = SNAPSHOTS[population]
    told = warehouse.tell(world, population, model, "hist_month_ends")
    expected = {}
    for month_end in (row["month_end"] for row in told["hist_month_ends"]):
        for row in told[model]:
            ended = row["end_date"] is not None and row["end_date"] <= month_end
            if row["start_date"] <= month_end <= row["held_as_at"] and not ended:
                seen = expected.get((month_end, row["child"]), date.min)
                expected[month_end, row["child"]] = max(seen, row["start_date"])
    rows = told[population]
    assert {(row["counted_on"], row["child"]): row["event_date"] for row in rows} == expected
    assert len(rows) == len(expected)


def _true_state(rows: list[dict[str, Any]], month_ends: list[date]) -> set[tuple[date, str, date]]:
    latest: dict[tuple[date, str], date] = {}
    for on in month_ends:
        for row in rows:
            if row["start_date"] <= on and (row["end_date"] is None or row["end_date"] > on):
                key = (on, row["child"])
                latest[key] = max(latest.get(key, date.min), row["start_date"])
    return {(on, child, start) for (on, child), start in latest.items()}


def _told_state(
    told: dict[str, list[dict[str, Any]]], population: str
) -> set[tuple[date, str, date]]:
    return {(row["counted_on"], row["child"], row["event_date"]) for row in told[population]}


@examples(15)
@given(
    lives(),
    st.sampled_from(["annex_a", "ssda903", "annex_a ssda903"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_honest_submissions_without_gaps_tell_the_true_life(
    warehouse: Warehouse, life: Life, sources: str, with_census: bool, random: Any
) -> None:
    """Suppliers who restate what happened, as far as it was known and covered, and leave no gap: every
    referral, and who was on a plan or looked after at each month end, is as it was."""
    world = complete(life, "annex_a", WORKBOOKS)
    if sources == "ssda903":
        world = [one.lacking("list_8") for one in world]
    if "ssda903" in sources:
        world += complete(life, "ssda903", RETURNS)
    if with_census:
        world += complete(life, "cin_census", ("2024-03",))
    random.shuffle(world)
    told = warehouse.tell(
        world, "hist_referrals", "hist_section_47_enquiries", *SNAPSHOTS, "hist_month_ends"
    )
    month_ends = [row["month_end"] for row in told["hist_month_ends"]]
    true_referrals = {(row["child"], row["referral_date"]) for row in life.referrals}
    assert {
        (row["child"], row["referral_date"]) for row in told["hist_referrals"]
    } == true_referrals
    assert {(row["child"], row["start_date"]) for row in told["hist_section_47_enquiries"]} == {
        (row["child"], row["strategy_discussion_date"]) for row in life.enquiries
    }
    assert _told_state(told, "pop_cp_plans_open") == _true_state(list(life.plans), month_ends)
    assert _told_state(told, "pop_looked_after") == _true_state(
        list(life.rows_of("list_8")), month_ends
    )
