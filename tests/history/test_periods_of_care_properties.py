"""Properties of periods of care: how episodes become periods, over several returns and list 8."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.history.answers import Interval, periods
from tests.history.lives import (
    EMPTY,
    NONE,
    RETURNS,
    WORKBOOKS,
    Life,
    complete,
    examples,
    faulty,
    lives,
    month_after,
    used_rows,
    worlds,
    worlds_of,
)
from tests.history.warehouse import Warehouse
from tests.history.world import Rows, Submission, World, care, episode

draws = st.data()
EXAMPLES = examples(16)


@st.composite
def _split(draw: st.DrawFn) -> tuple[Life, Life, date]:
    """A life, the same life with one episode cut in two by a move, and the day of the move."""
    life: Life = draw(lives())
    places = [
        (number, place)
        for number, rows in enumerate(life.periods)
        for place, row in enumerate(rows)
        if row["end_date"] is None or row["end_date"] - row["start_date"] > timedelta(days=1)
    ]
    assume(places)
    number, place = draw(st.sampled_from(places))
    rows = life.periods[number]
    row = rows[place]
    length = ((row["end_date"] or date(2025, 12, 31)) - row["start_date"]).days
    moved_on = row["start_date"] + timedelta(days=draw(st.integers(1, length - 1)))
    before = {**row, "end_date": moved_on, "end_reason_code": "X1"}
    after = {**row, "start_date": moved_on, "reason_for_new_episode_code": "P"}
    cut: Rows = (*rows[:place], before, after, *rows[place + 1 :])
    moved = (*life.periods[:number], cut, *life.periods[number + 1 :])
    return life, replace(life, periods=moved), moved_on


@EXAMPLES
@given(_split())
def test_move_within_a_period_changes_no_period(
    warehouse: Warehouse, split: tuple[Life, Life, date]
) -> None:
    """A period runs through episodes linked by X1: a move is not a new period."""
    life, moved, _ = split
    told = periods(warehouse, complete(moved, "ssda903", RETURNS))
    assert told == periods(warehouse, complete(life, "ssda903", RETURNS))


@EXAMPLES
@given(_split())
def test_rne_s_begins_a_new_period(warehouse: Warehouse, split: tuple[Life, Life, date]) -> None:
    """A period of care begins at RNE = S: the same move, entered as a start, parts the period."""
    life, moved, moved_on = split
    assume(moved_on <= date(2025, 3, 31))
    restarted = [
        tuple(
            {**row, "reason_for_new_episode_code": "S"} if row["start_date"] == moved_on else row
            for row in rows
        )
        for rows in moved.periods
    ]
    one = periods(warehouse, complete(life, "ssda903", RETURNS))
    two = periods(warehouse, complete(replace(moved, periods=tuple(restarted)), "ssda903", RETURNS))
    assert len(set(two) - set(one)) == 1
    assert set(one) <= set(two)


@st.composite
def _with_short_breaks(draw: st.DrawFn) -> tuple[World, World]:
    """A world, and the same world with short breaks in every return."""
    world = draw(worlds(cin_census=NONE, ssda903=(1, 3)))

    def beside(submission: Submission) -> Submission:
        if submission.source != "ssda903":
            return submission
        rows = submission.tables["episodes"]
        taken = {(row["child"], row["start_date"]) for row in rows}
        breaks = []
        for child in sorted({row["child"] for row in rows}):
            start = submission.as_at - timedelta(days=draw(st.integers(0, 300)))
            length = draw(st.one_of(st.none(), st.integers(1, 60)))
            end = None if length is None else start + timedelta(days=length)
            status, left = draw(st.sampled_from(["V3", "V4"])), draw(st.sampled_from(["X1", "E8"]))
            if (child, start) not in taken:
                breaks.append(episode(child, start, end, status=status, left=left if end else None))
        return submission.having(episodes=draw(st.permutations([*rows, *breaks])))

    return world, [beside(submission) for submission in world]


@EXAMPLES
@given(_with_short_breaks())
def test_short_breaks_change_no_period(
    warehouse: Warehouse, given_worlds: tuple[World, World]
) -> None:
    """V3 and V4 are dropped first: wherever they stand, whatever they seem to link."""
    world, with_breaks = given_worlds
    assert periods(warehouse, with_breaks) == periods(warehouse, world)


@EXAMPLES
@given(worlds(annex_a=(1, 2), cin_census=NONE, ssda903=(1, 4)))
def test_chain_is_as_at_the_return_that_gives_its_last_episode(
    warehouse: Warehouse, world: World
) -> None:
    """The chain's as-at is that of the submission giving its last episode: without list 8 every chain
    is a period, and its newest holder that of its last episode."""
    only_returns = [one for one in world if one.source == "ssda903"]
    told = warehouse.tell(only_returns, "hist_periods_of_care", "hist_care_chains", "hist_episodes")
    held = {(row["child"], row["start_date"]): row["held_as_at"] for row in told["hist_episodes"]}
    chains = {
        (row["child"], row["start_date"]): held[row["child"], row["last_episode_date"]]
        for row in told["hist_care_chains"]
    }
    found = {
        (row["child"], row["start_date"]): row["held_as_at"] for row in told["hist_periods_of_care"]
    }
    assert found == chains


@EXAMPLES
@given(lives(), st.integers(1, 3))
def test_returns_that_begin_late_take_their_starts_from_list_8(
    warehouse: Warehouse, life: Life, n_missing: int
) -> None:
    """A chain whose first episode is not RNE = S takes its start from the child's Annex A period that
    contains its first DECOM: with list 8 complete, no period is added and none is without a start."""
    workbooks = complete(life, "annex_a", WORKBOOKS)
    told = periods(warehouse, workbooks + complete(life, "ssda903", RETURNS[n_missing:]))
    alone = periods(warehouse, workbooks)
    assert {key: fact.end for key, fact in told.items()} == {
        key: fact.end for key, fact in alone.items()
    }
    assert all(fact.known for fact in told.values())


@st.composite
def _one_more_list_8(draw: st.DrawFn) -> tuple[World, Submission]:
    """Honest returns, so that every chain knows its start, faulty workbooks, and a newer workbook."""
    life: Life = draw(lives())
    world = draw(worlds_of(life, cin_census=NONE, ssda903=NONE))
    world += complete(life, "ssda903", RETURNS[: draw(st.integers(0, 3))])
    folder = EMPTY["annex_a"](month_after(world, draw(st.integers(1, 9))))
    return world, draw(st.one_of(st.just(folder), faulty(life, folder)))


@examples(28)
@given(_one_more_list_8())
def test_one_more_list_8_withdraws_what_it_should_hold(
    warehouse: Warehouse, one_more: tuple[World, Submission]
) -> None:
    """Withdrawal as for any interval: by a list 8 that drops what some list 8 once held, also when a
    return held it last; everything else stands as before."""
    world, newest = one_more
    before, after = periods(warehouse, world), periods(warehouse, [newest, *world])
    lists = [used_rows(one, "list_8") for one in world if one.source == "annex_a"]
    once_held = {(row["child"], str(row["start_date"])) for rows in lists for row in rows}
    holds = {(row["child"], str(row["start_date"])): row for row in used_rows(newest, "list_8")}
    cover_from, _ = newest.cover("list_8")
    expected = {}
    for key, fact in before.items():
        contiguous = cover_from <= date.fromisoformat(fact.held) + timedelta(days=1)
        should_hold = fact.end is None or fact.end >= str(cover_from)
        if not (key in once_held and contiguous and should_hold):
            expected[key] = fact
    for key, row in holds.items():
        end = str(row["end_date"]) if row["end_date"] else None
        expected[key] = Interval(end, "annex_a", str(newest.as_at), row["end_reason_code"], True)
    assert after == expected


@EXAMPLES
@given(worlds(cin_census=NONE, ssda903=(1, 3)), draws)
def test_newest_list_8_describes_the_periods_it_holds(
    warehouse: Warehouse, world: World, data: st.DataObject
) -> None:
    """A chain and an Annex A list 8 row of the same child and period start are one entity; newest
    wins: a workbook newer than everything else says how each period it lists stands."""
    rows: list[dict[str, Any]] = [
        care(child, start, data.draw(st.sampled_from([None, date(2025, 6, 4)])), left=None)
        for child, start in sorted(periods(warehouse, world))
    ]
    newest = Submission("annex_a", "2025-06", {"list_8": tuple(rows)})
    told = periods(warehouse, [*world, newest])
    for row in rows:
        fact = told[row["child"], str(row["start_date"])]
        assert (fact.end, fact.source) == (
            str(row["end_date"]) if row["end_date"] else None,
            "annex_a",
        )
    assert len(told) == len(rows)
