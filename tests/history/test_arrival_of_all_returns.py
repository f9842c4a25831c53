"""Annex A, SSDA903 and the children in need census of the same months, arriving in any order: every kind of
record and every population is the same (dbt_project/docs/history.md)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.compiled import ASKED_FOR
from tests.history.lives import examples, in_order, randoms
from tests.history.outcomes import all_returns, sent_again
from tests.history.test_arrival import figures
from tests.history.warehouse import Warehouse
from tests.history.world import World

# Days and covers hold no record of a child, and what they say every model below them needs.
MODELS = tuple(
    name for name in ASKED_FOR if not name.startswith("hist_covered") and name != "hist_month_ends"
)
# What is said of a year needs a list for each of its months; worlds are a few. tests/indicators/recount.py has years.
OF_TWELVE_LISTS = {"pop_looked_after_visits"}
draws = st.data()
each_model = pytest.mark.parametrize("model", MODELS)


@each_model
@examples(5)
@given(all_returns(), draws)
def test_returns_of_the_same_months_arrive_in_any_order(
    warehouse: Warehouse, model: str, world: World, data: st.DataObject
) -> None:
    """The figures equal those of having received everything in order."""
    shuffled = data.draw(st.permutations(world))
    assert figures(warehouse, shuffled, model) == figures(warehouse, world, model)


@examples(16)
@given(all_returns(), st.sampled_from(MODELS), randoms, draws)
def test_return_sent_again_replaces_the_old_one_whenever_it_comes(
    warehouse: Warehouse, world: World, model: str, random: object, data: st.DataObject
) -> None:
    """New content in the same folder is a new version and replaces the old one whole, whatever other
    returns arrived in between."""
    old = data.draw(st.sampled_from(world))
    new = sent_again(old, random)
    others = [submission for submission in world if submission is not old]
    place = data.draw(st.integers(0, len(others)))
    received = [old, *others[:place], new, *others[place:]]
    assert figures(warehouse, received, model) == figures(warehouse, [*others, new], model)


@examples(16)
@given(all_returns(), st.sampled_from(MODELS), draws)
def test_later_returns_change_nothing_that_was_known_earlier(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """A knowledge date is a world without the later submissions, of whatever source."""
    known_on = data.draw(st.sampled_from(in_order(world)))
    earlier = [submission for submission in world if submission.as_at <= known_on]
    assert figures(warehouse, world, model, as_at=known_on) == figures(warehouse, earlier, model)


@pytest.mark.parametrize(
    "model", [name for name in MODELS if name.startswith("pop_") and name not in OF_TWELVE_LISTS]
)
def test_worlds_of_all_returns_have_rows_of_every_population(
    warehouse: Warehouse, model: str
) -> None:
    """Properties of empty tables prove nothing: several worlds have records of each."""
    told: list[int] = []

    @examples(9)
    @given(all_returns())
    def look(world: World) -> None:
        told.append(len(figures(warehouse, world, model)))

    look()
    assert sum(rows > 0 for rows in told) >= 2, told
