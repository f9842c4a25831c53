"""Periods of care: chains of 903 episodes, their start, and list 8 beside them. Dated examples."""

from __future__ import annotations

import pytest

from tests.history.answers import Interval, looked_after_at, periods
from tests.history.warehouse import Warehouse
from tests.history.world import Row, annex_a, care, episode, ssda903

MARCH_2023, MARCH_2024, MARCH_2025 = "2023-03-31", "2024-03-31", "2025-03-31"
ANN = ("ann", "2023-05-02")


def move(child: str, *days: str, left: str | None = None, end: str | None = None) -> list[Row]:
    """Episodes linked by X1, one beginning on each day; `left` and `end` close the last."""
    starts = [*days, end]
    return [
        episode(
            child,
            str(start),
            starts[place + 1],
            why="S" if place == 0 else "P",
            left="X1" if place + 1 < len(days) else left,
        )
        for place, start in enumerate(days)
    ]


def returned(*rows: Row, month: str = "2024-03") -> list:
    """A world of one 903 return."""
    return [ssda903(month, episodes=rows)]


def test_episodes_linked_by_x1_are_one_period(warehouse: Warehouse) -> None:
    """A chain runs through episodes linked by X1 (dbt_project/docs/history.md, 'Periods of care')."""
    world = returned(
        *move("ann", "2023-05-02", "2023-07-04", "2023-09-05", end="2024-02-01", left="E4A")
    )
    expected = {ANN: Interval("2024-02-01", "ssda903", MARCH_2024, "E4A", True)}
    assert periods(warehouse, world) == expected


def test_episode_with_rne_s_begins_a_period_even_after_x1(warehouse: Warehouse) -> None:
    """A period of care begins at RNE = S."""
    first, second = move("ann", "2023-05-02", "2023-07-04")
    world = returned(first, {**second, "reason_for_new_episode_code": "S"})
    assert sorted(periods(warehouse, world)) == [ANN, ("ann", "2023-07-04")]


@pytest.mark.parametrize(
    "previous",
    [
        pytest.param(episode("ann", "2023-05-02", "2023-07-04", left="E8"), id="not X1"),
        pytest.param(episode("ann", "2023-05-02", "2023-07-04"), id="no reason"),
        pytest.param(episode("ann", "2023-05-02", "2023-07-03", left="X1"), id="a day between"),
        pytest.param(episode("ann", "2023-05-02", "2023-07-05", left="X1"), id="a day over"),
        pytest.param(episode("ann", "2023-05-02"), id="no end"),
    ],
)
def test_broken_link_begins_a_chain_whose_start_is_unknown(
    warehouse: Warehouse, previous: Row
) -> None:
    """Without list 8 its start is unknown (the first DECOM stands in as key); it counts in the snapshot."""
    world = returned(previous, episode("ann", "2023-07-04", why="P"))
    told = periods(warehouse, world)
    assert told[ANN].known is True
    assert told[("ann", "2023-07-04")] == Interval(None, "ssda903", MARCH_2024, None, False)
    assert looked_after_at(warehouse, world, MARCH_2024) == {"ann": "2023-07-04"}


@pytest.mark.parametrize("status", ["V3", "V4"])
def test_short_breaks_are_dropped_before_chaining(warehouse: Warehouse, status: str) -> None:
    """V3 and V4 are dropped first: a short break between two episodes neither links nor parts them."""
    world = returned(
        episode("ann", "2023-05-02", "2023-07-04", left="X1"),
        episode("ann", "2023-06-01", "2023-06-03", status=status, left="E8"),
        episode("ann", "2023-07-04", why="P"),
        episode("bob", "2023-05-02", status=status),
    )
    assert periods(warehouse, world) == {ANN: Interval(None, "ssda903", MARCH_2024, None, True)}


def test_short_break_does_not_carry_a_link(warehouse: Warehouse) -> None:
    """V3 and V4 are dropped first: what a short break joined falls apart."""
    world = returned(
        episode("ann", "2023-05-02", "2023-07-04", left="X1"),
        episode("ann", "2023-07-04", "2023-08-01", why="L", status="V4", left="X1"),
        episode("ann", "2023-08-01", why="L"),
    )
    told = periods(warehouse, world)
    assert told[ANN].end == "2023-07-04"
    assert told[("ann", "2023-08-01")].known is False


def test_episode_without_a_legal_status_is_no_short_break(warehouse: Warehouse) -> None:
    """Only V3 and V4 are left out."""
    assert list(periods(warehouse, returned(episode("ann", "2023-05-02", status=None)))) == [ANN]


def test_chain_runs_over_several_returns(warehouse: Warehouse) -> None:
    """Periods are chained from the resolved 903 episodes of all submissions, never from one file: the return of
    2025 no longer holds the first episode, which ended before its cover."""
    world = [
        ssda903("2024-03", episodes=move("ann", "2023-05-02", "2024-02-01")),
        ssda903(
            "2025-03", episodes=[episode("ann", "2024-02-01", "2024-06-03", why="P", left="E8")]
        ),
    ]
    assert periods(warehouse, world) == {
        ANN: Interval("2024-06-03", "ssda903", MARCH_2025, "E8", True)
    }


def test_withdrawn_episode_leaves_the_chain(warehouse: Warehouse) -> None:
    """The chain is made of episodes that stand: a move that was entered in error is undone."""
    world = [
        ssda903("2024-03", episodes=move("ann", "2023-05-02", "2024-02-01")),
        ssda903("2024-04", episodes=[episode("ann", "2023-05-02")]),
    ]
    assert periods(warehouse, world) == {ANN: Interval(None, "ssda903", "2024-04-30", None, True)}


def test_chain_ends_where_its_last_episode_that_stands_ended(warehouse: Warehouse) -> None:
    """A move to a placement that the next return no longer knows: the period is not still open."""
    first, second = move("ann", "2023-05-02", "2024-01-10")
    world = [ssda903("2024-02", episodes=[first, second]), ssda903("2024-03", episodes=[first])]
    assert periods(warehouse, world) == {
        ANN: Interval("2024-01-10", "ssda903", MARCH_2024, "X1", True)
    }


LATER = episode("ann", "2024-02-01", why="P")


@pytest.mark.parametrize(
    ("rows", "start", "known"),
    [
        pytest.param(
            [care("ann", "2021-06-07")], "2021-06-07", True, id="contains the first DECOM"
        ),
        pytest.param(
            [care("ann", "2024-02-01")], "2024-02-01", True, id="starts on the first DECOM"
        ),
        pytest.param(
            [care("ann", "2021-06-07", "2024-02-02")], "2021-06-07", True, id="ends the day after"
        ),
        pytest.param(
            [care("ann", "2021-06-07", "2024-02-01")], "2024-02-01", False, id="ends on it"
        ),
        pytest.param([care("ann", "2024-02-02")], "2024-02-01", False, id="starts the day after"),
        pytest.param([care("bob", "2021-06-07")], "2024-02-01", False, id="of another child"),
        pytest.param(
            [care("ann", "2021-06-07", status="V4")], "2024-02-01", False, id="short breaks"
        ),
        pytest.param(
            [care("ann", "2021-06-07"), care("ann", "2022-06-07")],
            "2022-06-07",
            True,
            id="latest of two",
        ),
    ],
)
def test_chain_without_its_beginning_starts_with_the_list_8_period_that_contains_it(
    warehouse: Warehouse, rows: list[Row], start: str, known: bool
) -> None:
    """A chain whose first episode is not RNE = S takes its start from the child's Annex A period that
    contains its first DECOM ... else its start is unknown."""
    world = [annex_a("2024-02", list_8=rows), ssda903("2024-03", episodes=[LATER])]
    told = periods(warehouse, world)
    assert told[("ann", start)] == Interval(None, "ssda903", MARCH_2024, None, known)


def test_chain_with_its_beginning_keeps_its_own_start(warehouse: Warehouse) -> None:
    """Only a chain whose first episode is not RNE = S looks to list 8."""
    world = [
        annex_a("2024-02", list_8=[care("ann", "2021-06-07")]),
        ssda903("2024-03", episodes=[episode("ann", "2024-02-01")]),
    ]
    assert periods(warehouse, world)[("ann", "2024-02-01")].known is True


def test_withdrawn_list_8_period_gives_no_start(warehouse: Warehouse) -> None:
    """The Annex A period is the resolved one."""
    world = [
        annex_a("2024-01", list_8=[care("ann", "2021-06-07")]),
        annex_a("2024-02", list_8=[]),
        ssda903("2024-03", episodes=[LATER]),
    ]
    assert periods(warehouse, world) == {
        ("ann", "2024-02-01"): Interval(None, "ssda903", MARCH_2024, None, False)
    }


def test_chain_and_list_8_row_of_one_start_are_one_period(warehouse: Warehouse) -> None:
    """A chain and an Annex A list 8 row of the same child and period start are one entity; newest
    wins: whichever it is."""
    chain = ssda903("2024-03", episodes=move("ann", "2023-05-02", "2024-02-01"))
    april = annex_a("2024-04", list_8=[care(*ANN, "2024-04-03", left="E8")])
    february = annex_a("2024-02", list_8=[care(*ANN, "2024-02-20", left="E8")])
    assert periods(warehouse, [chain, april]) == {
        ANN: Interval("2024-04-03", "annex_a", "2024-04-30", "E8", True)
    }
    assert periods(warehouse, [chain, february]) == {
        ANN: Interval(None, "ssda903", MARCH_2024, None, True)
    }


def test_903_wins_a_tie(warehouse: Warehouse) -> None:
    """Newest wins, `ssda903` on a tie."""
    world = [
        annex_a("2024-03", list_8=[care(*ANN, "2024-03-04", left="E8")]),
        ssda903("2024-03", episodes=[episode(*ANN, "2024-03-05", left="E4A")]),
    ]
    assert periods(warehouse, world) == {
        ANN: Interval("2024-03-05", "ssda903", MARCH_2024, "E4A", True)
    }


def test_two_chains_of_one_start_are_described_by_the_later(warehouse: Warehouse) -> None:
    """A broken link inside one list 8 period: both chains have its start, the last episode says how
    the period stands."""
    world = [
        annex_a("2024-02", list_8=[care(*ANN)]),
        ssda903(
            "2024-03",
            episodes=[
                episode(*ANN, "2023-07-03", left="X1"),
                episode("ann", "2023-07-04", "2024-03-20", why="P", left="E8"),
            ],
        ),
    ]
    assert periods(warehouse, world) == {
        ANN: Interval("2024-03-20", "ssda903", MARCH_2024, "E8", True)
    }


def test_list_8_alone_gives_periods(warehouse: Warehouse) -> None:
    """Annex A list 8 is a source of periods of its own, short breaks left out."""
    rows = [
        care(*ANN),
        care("bob", "2023-05-02", status="V3"),
        care("cat", "2023-05-02", status="V4"),
    ]
    world = [annex_a("2024-03", list_8=[*rows, care("dan", "2023-05-02", status=None)])]
    assert sorted(periods(warehouse, world)) == [ANN, ("dan", "2023-05-02")]


def test_period_that_list_8_now_calls_a_short_break_is_none(warehouse: Warehouse) -> None:
    """The newest holder gives the legal status, also for earlier P."""
    world = [
        annex_a("2024-02", list_8=[care(*ANN)]),
        annex_a("2024-03", list_8=[care(*ANN, status="V4")]),
    ]
    assert periods(warehouse, world) == {}


def test_list_8_that_once_held_the_period_withdraws_it(warehouse: Warehouse) -> None:
    """Withdrawal as for any interval: list 8 drops the period after the return's date."""
    held = annex_a("2024-02", list_8=[care(*ANN)])
    chain = ssda903("2024-03", episodes=[episode(*ANN)])
    dropped = annex_a("2024-04", list_8=[])
    assert periods(warehouse, [held, chain, dropped]) == {}
    assert list(periods(warehouse, [chain, dropped])) == [ANN]


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        pytest.param([], False, id="none"),
        pytest.param([episode("ann", "2022-05-02")], True, id="the same episode"),
        pytest.param(
            [episode("ann", "2024-06-03", why="P")], True, id="a later episode of the chain"
        ),
        pytest.param(
            [episode("ann", "2023-06-05")], True, id="the first episode of another period"
        ),
        pytest.param(
            [episode("ann", "2024-06-03", status="V4")], False, id="only short breaks inside"
        ),
        pytest.param([episode("ann", "2022-05-01")], False, id="only one that began before"),
        pytest.param([episode("bob", "2024-06-03")], False, id="only of another child"),
        pytest.param(
            [episode("ann", "2022-05-02", "2023-02-01", left="E8")],
            False,
            id="only outside its cover",
        ),
    ],
)
def test_return_holds_a_period_by_any_episode_that_begins_inside_it(
    warehouse: Warehouse, rows: list[Row], stands: bool
) -> None:
    """'A 903 submission holds the period if it has any non-V3/V4 episode beginning inside it.' List 8
    held the period up to the day before the return's cover, so the return may withdraw it."""
    key = ("ann", "2022-05-02")
    world = [
        ssda903("2023-03", episodes=[episode(*key)]),
        annex_a("2024-03", list_8=[care(*key)]),
        ssda903("2025-03", episodes=rows),
    ]
    told = periods(warehouse, world)
    assert (key in told) is stands


@pytest.mark.parametrize(
    ("list_8", "rows", "stands"),
    [
        pytest.param(care(*ANN), [], False, id="open"),
        pytest.param(care(*ANN, "2024-10-01", left="E4A"), [], False, id="ceased since"),
        pytest.param(care(*ANN, "2023-05-02", left="E4A"), [], True, id="ended before the cover"),
        pytest.param(care(*ANN), [episode(*ANN, status="V4")], False, id="now a short break"),
        pytest.param(care("ann", "2023-05-01"), [], False, id="began the day before the episode"),
        pytest.param(care("ann", "2023-05-03"), [], True, id="began the day after the episode"),
        pytest.param(care("bob", "2023-05-02"), [], True, id="of another child"),
    ],
)
def test_return_without_any_episode_of_the_period_withdraws_it(
    warehouse: Warehouse, list_8: Row, rows: list[Row], stands: bool
) -> None:
    """A newer 903 'of a source that once held it', by the child's only episode, which is withdrawn with it:
    no chain is left, and the period that list 8 had taken over goes all the same."""
    world = [
        ssda903("2024-03", episodes=[episode(*ANN)]),
        annex_a("2024-12", list_8=[list_8], look_back_months=24),
        ssda903("2025-03", episodes=rows),
    ]
    key = (list_8["child"], str(list_8["start_date"]))
    assert (key in periods(warehouse, world)) is stands


@pytest.mark.parametrize(("start", "stands"), [("2024-09-30", False), ("2024-10-01", True)])
def test_return_held_a_list_8_period_by_an_episode_that_begins_inside_it(
    warehouse: Warehouse, start: str, stands: bool
) -> None:
    """An episode that begins when the period of list 8 had ended says nothing about it."""
    world = [
        annex_a("2024-12", list_8=[care("ann", "2024-07-01", "2024-10-01", left="E4A")]),
        ssda903("2024-11", episodes=[episode("ann", start)]),
        ssda903("2025-03", episodes=[]),
    ]
    assert (("ann", "2024-07-01") in periods(warehouse, world)) is stands


def test_list_8_period_of_one_day_was_held_by_its_only_episode(warehouse: Warehouse) -> None:
    """A period that ended on the day on which it began has an episode beginning inside it all the same."""
    world = [
        ssda903("2024-09", episodes=[episode("ann", "2024-08-05", "2024-08-05", left="E4A")]),
        annex_a("2024-12", list_8=[care("ann", "2024-08-05", "2024-08-05", left="E4A")]),
        ssda903("2025-03", episodes=[]),
    ]
    assert periods(warehouse, world) == {}


@pytest.mark.parametrize(("start", "stands"), [("2024-04-30", True), ("2024-05-01", False)])
def test_episode_that_begins_when_the_period_ended_does_not_hold_it(
    warehouse: Warehouse, start: str, stands: bool
) -> None:
    """Beginning inside it: inside the period as last known, here by list 8 up to 1 May 2024."""
    key = ("ann", "2022-05-02")
    world = [
        ssda903("2023-03", episodes=[episode(*key)]),
        annex_a("2024-05", list_8=[care(*key, "2024-05-01", left="E8")]),
        ssda903("2025-03", episodes=[episode("ann", start)]),
    ]
    assert (key in periods(warehouse, world)) is stands


def test_period_of_one_day_is_held_by_its_only_episode(warehouse: Warehouse) -> None:
    """A period that ended on the day on which it began still has an episode beginning inside it."""
    one_day = episode("ann", "2024-02-05", "2024-02-05", left="E8")
    world = [
        annex_a("2024-02", list_8=[care("ann", "2024-02-05", "2024-02-05", left="E8")]),
        ssda903("2024-03", episodes=[one_day]),
        annex_a("2024-03", list_8=[care("ann", "2024-02-05", "2024-02-05", left="E8")]),
        ssda903("2024-04", episodes=[one_day]),
        ssda903("2024-05", episodes=[one_day]),
    ]
    assert list(periods(warehouse, world)) == [("ann", "2024-02-05")]


def test_return_of_the_next_period_does_not_attest_the_one_before(warehouse: Warehouse) -> None:
    """The chain's as-at is that of the submission giving its last episode: a newer return that holds
    the period by an episode of another chain does not say that it was still going on."""
    world = [
        ssda903("2023-03", episodes=[episode("ann", "2022-05-02")]),
        ssda903("2025-03", episodes=[episode("ann", "2023-06-05", "2024-06-03", left="E4A")]),
    ]
    told = periods(warehouse, world)
    assert told[("ann", "2022-05-02")] == Interval(None, "ssda903", MARCH_2023, None, True)
    assert looked_after_at(warehouse, world, "2024-12-31") == {}
    assert looked_after_at(warehouse, world, MARCH_2023) == {"ann": "2022-05-02"}


def test_episode_outside_the_cover_of_a_return_does_not_hold_the_period(
    warehouse: Warehouse,
) -> None:
    """Rows dated outside the days of their table are loaded and not used: the return of 2025 repeats an
    episode of 2022 and says nothing about the open one."""
    old, current = move("ann", "2022-05-02", "2023-02-01")
    world = [ssda903("2023-03", episodes=[old, current]), ssda903("2025-03", episodes=[old])]
    told = periods(warehouse, world)
    assert told == {("ann", "2022-05-02"): Interval(None, "ssda903", MARCH_2023, None, True)}
    assert looked_after_at(warehouse, world, "2024-12-31") == {}


@pytest.mark.parametrize("places", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_period_points_at_the_row_of_its_last_episode(
    warehouse: Warehouse, places: tuple[int, ...]
) -> None:
    """What a period says of its end stands in its last episode, wherever that is in the file."""
    rows = move("ann", "2023-05-02", "2023-07-04", "2023-09-05")
    world = returned(*(rows[place] for place in places))
    (told,) = warehouse.tell(world, "hist_periods_of_care")["hist_periods_of_care"]
    assert told["row_id"] == places.index(2) + 1


def test_child_ceasing_on_the_day_is_not_looked_after(warehouse: Warehouse) -> None:
    """Who ceases on a day is not looked after at its end (dbt_project/docs/history.md, 'Periods of care')."""
    world = returned(
        episode("ann", "2023-05-02", MARCH_2024, left="E8"),
        episode("bob", "2024-03-31"),
        episode("cat", "2023-05-02", "2024-04-01", left="E8"),
    )
    assert looked_after_at(warehouse, world, MARCH_2024) == {
        "bob": "2024-03-31",
        "cat": "2023-05-02",
    }


def test_child_in_two_open_chains_counts_once(warehouse: Warehouse) -> None:
    """Two open episodes (rule 142) are one child, by the latest start."""
    world = returned(episode("ann", "2023-05-02"), episode("ann", "2023-08-01"))
    assert looked_after_at(warehouse, world, MARCH_2024) == {"ann": "2023-08-01"}
