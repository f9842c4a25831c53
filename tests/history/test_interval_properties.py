"""Properties of intervals over worlds of faulty submissions: what one more submission changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.history.lives import (
    EMPTY,
    NONE,
    Life,
    examples,
    faulty,
    in_order,
    lives,
    month_after,
    used_rows,
    worlds,
    worlds_of,
)
from tests.history.warehouse import Warehouse
from tests.history.world import Submission, World

TABLES = {
    "hist_cp_plans": {"annex_a": "list_7", "cin_census": "child_protection_plans"},
    "hist_episodes": {"ssda903": "episodes"},
    "hist_incidents": {"ssda903": "missing"},
    "hist_annex_a_cp_plans": {"annex_a": "list_7"},
    "hist_annex_a_cin_episodes": {"annex_a": "list_6"},
}
ATTRIBUTES = {
    "hist_cp_plans": ("end_date", "previous_plans"),
    "hist_annex_a_cp_plans": ("end_date",),
    "hist_annex_a_cin_episodes": ("end_date",),
    "hist_episodes": (
        "end_date",
        "legal_status_code",
        "reason_for_new_episode_code",
        "end_reason_code",
    ),
    # the kind is part of the key; no child of a life has two kinds on one day
    "hist_incidents": ("end_date", "missing_type_code"),
}
models = st.sampled_from(sorted(TABLES))
draws = st.data()
EXAMPLES = examples(24)
Key = tuple[str, date]
Facts = dict[Key, tuple[Any, ...]]


def _told(warehouse: Warehouse, world: World, model: str, **when: Any) -> Facts:
    """(attributes, source, as-at of the newest holder) of every key that stands."""
    rows = warehouse.tell(world, model, **when)[model]
    facts = {
        (row["child"], row["start_date"]): (
            *(row[name] for name in ATTRIBUTES[model]), row["source"], row["held_as_at"],
        )
        for row in rows
    }  # fmt: skip
    assert len(facts) == len(rows), "a key stands twice"
    return facts


def _held(submission: Submission, model: str) -> Facts:
    table = TABLES[model].get(submission.source)
    rows = used_rows(submission, table) if table else []
    return {
        (row["child"], row["start_date"]): (
            *(row[name] for name in ATTRIBUTES[model]), submission.source, submission.as_at,
        )
        for row in rows
    }  # fmt: skip


@st.composite
def _one_more(draw: st.DrawFn) -> tuple[World, Submission, str]:
    """A world, a submission newer than all of it, and the model to ask."""
    life: Life = draw(lives())
    world = draw(worlds_of(life, ssda903=(1, 3), may_lack=("list_7",)))
    model = draw(models)
    month = month_after(world, draw(st.integers(1, 9)))
    folder = EMPTY[draw(st.sampled_from(sorted(TABLES[model])))](month)
    if folder.source == "annex_a" and draw(st.integers(0, 3)) == 3:
        folder = folder.lacking("list_7")
    return world, draw(st.one_of(st.just(folder), faulty(life, folder))), model


@examples(50)
@given(_one_more())
def test_one_more_submission_gives_what_it_holds_and_withdraws_what_it_should(
    warehouse: Warehouse, one_more: tuple[World, Submission, str]
) -> None:
    """'A key is withdrawn when a submission newer than its newest holder of any source, of a source that
    once held it, whose cover starts no later than the day after the newest as-at at which the key was
    held, should hold it (open, or ended inside that cover, as last known) and does not.' What it holds
    has its attributes; everything else stands as before."""
    world, newest, model = one_more
    before = _told(warehouse, world, model)
    after = _told(warehouse, [newest, *world], model)
    holds = _held(newest, model)
    # of two folders with one as-at date the later wins whole
    of_source = sorted(
        (one for one in world if one.source == newest.source), key=lambda one: one.month
    )
    serving = {one.as_at: one for one in of_source}
    once_held = {key for one in serving.values() for key in _held(one, model)}
    table = TABLES[model][newest.source]
    has_table = table in newest.tables
    cover_from, _ = newest.cover(table)
    expected = dict(before)
    for key, (end, *_, held_as_at) in before.items():
        contiguous = cover_from <= held_as_at + timedelta(days=1)
        should_hold = end is None or end >= cover_from
        if key in once_held and has_table and contiguous and should_hold:
            del expected[key]
    assert after == {**expected, **holds}


@EXAMPLES
@given(worlds(ssda903=(1, 3)), models, draws)
def test_newest_submission_gives_the_attributes_of_what_it_holds(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """The newest submission, of any source, that holds the key gives its attributes (ties:
    `cin_census` or `ssda903` over `annex_a`), whatever older ones said."""
    holders = [one for one in world if one.source in TABLES[model]]
    known_on = data.draw(st.sampled_from(in_order(holders)))
    known = [one for one in holders if one.as_at <= known_on]
    newest = max(known, key=lambda one: (one.as_at, one.source != "annex_a", one.month))
    told = _told(warehouse, world, model, as_at=known_on)
    assert _held(newest, model).items() <= told.items()


@EXAMPLES
@given(worlds(ssda903=(1, 3)), st.integers(7, 12), models)
def test_across_a_gap_in_cover_absence_proves_nothing(
    warehouse: Warehouse, world: World, n_months: int, model: str
) -> None:
    """Across a gap in cover absence proves nothing: the interval stays, its end unknown."""
    source = sorted(TABLES[model])[0]
    month = month_after(world, n_months) if source == "annex_a" else "2026-05"
    empty = EMPTY[source](month)
    assert _told(warehouse, [*world, empty], model) == _told(warehouse, world, model)


@EXAMPLES
@given(worlds(cin_census=NONE, ssda903=NONE), st.integers(1, 6))
def test_source_that_never_held_a_key_withdraws_nothing(
    warehouse: Warehouse, world: World, n_months: int
) -> None:
    """Only a source that once held a key withdraws it: a census without any plan leaves those of Annex A alone."""
    census = EMPTY["cin_census"](month_after(world, n_months))
    model = "hist_cp_plans"
    assert _told(warehouse, [*world, census], model) == _told(warehouse, world, model)


@examples(20)
@given(
    worlds(annex_a=(1, 3), cin_census=NONE, ssda903=NONE),
    st.dates(date(2024, 6, 28), date(2024, 7, 2)),
)
def test_cover_decides_to_the_day(warehouse: Warehouse, world: World, last_held: date) -> None:
    """Only cover that starts no later than the day after the key was last held withdraws it: a
    census of any day holds what Annex A held; the Annex A of December, covering from 1 July, is empty."""
    earlier = [one for one in world if one.as_at < date(2024, 6, 28)]
    told = _told(warehouse, earlier, "hist_cp_plans") if earlier else {}
    rows = [{"child": child, "start_date": start, "end_date": None} for child, start in told]
    census = EMPTY["cin_census"]("2024-07").having(child_protection_plans=rows)
    dated = Submission("cin_census", "2024-07", census.tables, content_date=last_held)
    after = _told(warehouse, [*earlier, dated, EMPTY["annex_a"]("2024-12")], "hist_cp_plans")
    assert set(after) == (set(told) if last_held < date(2024, 6, 30) else set())
