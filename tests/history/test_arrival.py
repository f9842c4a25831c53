"""Properties of whole worlds: the order in which files arrive changes nothing (dbt_project/docs/history.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
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
    with_rows_before_cover,
    worlds,
    worlds_of,
)
from tests.history.warehouse import Warehouse
from tests.history.world import CAMDEN, Submission, World

# The resolvers of every kind and a population; each world is asked about one of them.
asked = st.sampled_from(
    (
        "hist_referrals",
        "hist_section_47_enquiries",
        "hist_cp_plans",
        "hist_periods_of_care",
        "pop_cp_plans_open",
        "pop_children_in_need",
    )
)
draws = st.data()
EXAMPLES = examples(14)


def figures(warehouse: Warehouse, world: World, model: str, **when: Any) -> list[dict[str, Any]]:
    """What is believed, without the place of the row that says so."""
    rows = warehouse.tell(world, model, **when)[model]
    for row in rows:
        for place in ("submission_id", "row_id", "held_in"):
            row.pop(place, None)
    return sorted(rows, key=repr)


def test_receipts_reach_history_through_the_serving_submissions_only(warehouse: Warehouse) -> None:
    """Which version serves is decided once: no other model looks at receipts or the knowledge date."""
    readers = {
        model.name
        for model in warehouse.models.values()
        if model.schema != "staging" and {"stg_run__receipts", "stg_run__run"} & set(model.reads)
    }
    assert readers == {"hist_serving_submissions"}


@EXAMPLES
@given(worlds(), asked, draws)
def test_order_of_arrival_does_not_matter(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """The figures equal those of having received everything in order."""
    shuffled = data.draw(st.permutations(world))
    assert figures(warehouse, shuffled, model) == figures(warehouse, world, model)


@EXAMPLES
@given(worlds(), asked, draws)
def test_order_of_rows_does_not_matter(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """Keys are unique within a table, so the place of a row in its file says nothing."""

    def turned(submission: Submission) -> Submission:
        return submission.having(
            **{name: data.draw(st.permutations(rows)) for name, rows in submission.tables.items()}
        )

    other = [turned(submission) for submission in world]
    assert figures(warehouse, other, model) == figures(warehouse, world, model)


@EXAMPLES
@given(worlds(), asked, draws)
def test_same_content_again_is_a_no_op(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """The same content again is a no-op."""
    again = data.draw(st.lists(st.sampled_from(world), max_size=3))
    assert figures(warehouse, [*world, *again], model) == figures(warehouse, world, model)


@st.composite
def _resubmitted(draw: st.DrawFn) -> tuple[World, Submission, Submission]:
    """A world, one of its submissions, and other content for the same folder."""
    life = draw(lives())
    world = draw(worlds_of(life, may_lack=("list_3", "list_7", "list_8")))
    old = draw(st.sampled_from(world))
    new = draw(faulty(life, EMPTY[old.source](old.month)))
    return world, old, replace(new, content_date=draw(st.sampled_from([old.content_date, None])))


@EXAMPLES
@given(_resubmitted(), asked)
def test_resubmission_replaces_the_old_version_whole(
    warehouse: Warehouse, resubmitted: tuple[World, Submission, Submission], model: str
) -> None:
    """New content in the same folder is a new version and replaces the old one whole."""
    world, old, new = resubmitted
    replaced = [new if submission is old else submission for submission in world]
    assert figures(warehouse, [*world, new], model) == figures(warehouse, replaced, model)


@EXAMPLES
@given(_resubmitted(), asked)
def test_content_that_returns_serves_again(
    warehouse: Warehouse, resubmitted: tuple[World, Submission, Submission], model: str
) -> None:
    """A, then B, then A again in one folder: A serves, as if B had never come."""
    world, old, new = resubmitted
    assert figures(warehouse, [*world, new, old], model) == figures(warehouse, world, model)


@EXAMPLES
@given(_resubmitted(), asked)
def test_rejected_version_changes_nothing(
    warehouse: Warehouse, resubmitted: tuple[World, Submission, Submission], model: str
) -> None:
    """A rejected version leaves the older accepted one serving (dbt_project/docs/history.md, 'Submissions')."""
    world, _, new = resubmitted
    assert figures(warehouse, [*world, replace(new, verdict="rejected")], model) == figures(
        warehouse, world, model
    )


@EXAMPLES
@given(worlds(), asked, draws)
def test_knowledge_date_is_a_world_without_later_submissions(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """Only submissions whose as-at date is on or before it: later ones might as well not exist."""
    known_on = data.draw(st.sampled_from(in_order(world)))
    earlier = [submission for submission in world if submission.as_at <= known_on]
    assert figures(warehouse, world, model, as_at=known_on) == figures(warehouse, earlier, model)


@EXAMPLES
@given(_resubmitted(), asked, draws)
def test_received_by_reproduces_what_was_served_then(
    warehouse: Warehouse,
    resubmitted: tuple[World, Submission, Submission],
    model: str,
    data: st.DataObject,
) -> None:
    """It also ignores what was received after T, so that a figure once reported can be reproduced."""
    world, old, new = resubmitted
    received = [*world, new, old]
    n_received = data.draw(st.integers(1, len(received)))
    then = figures(warehouse, received[:n_received], model)
    assert figures(warehouse, received, model, n_received=n_received) == then


@st.composite
def _two_folders_of_one_day(draw: st.DrawFn) -> tuple[World, Submission, Submission]:
    """A world without censuses, and two censuses of two folders with one reference date."""
    life: Life = draw(lives())
    world = draw(worlds_of(life, cin_census=NONE, ssda903=NONE))
    reference = draw(st.dates(date(2024, 1, 1), date(2024, 3, 31)))
    folders = [
        replace(EMPTY["cin_census"](month), content_date=reference)
        for month in ("2024-04", "2024-05")
    ]
    earlier, later = (draw(faulty(life, folder)) for folder in folders)
    return world, earlier, later


@EXAMPLES
@given(_two_folders_of_one_day(), asked, draws)
def test_later_folder_of_the_same_as_at_date_wins_whole(
    warehouse: Warehouse,
    given_world: tuple[World, Submission, Submission],
    model: str,
    data: st.DataObject,
) -> None:
    """Two submissions of one source with the same as-at date: the later folder wins whole."""
    world, earlier, later = given_world
    both = data.draw(st.permutations([*world, earlier, later]))
    assert figures(warehouse, both, model) == figures(warehouse, [*world, later], model)


@EXAMPLES
@given(lives(), asked, draws)
def test_other_areas_never_interfere(
    warehouse: Warehouse, life: Life, model: str, data: st.DataObject
) -> None:
    """One authority's figures are the same alone and beside another with children of the same ids."""
    barnet = data.draw(worlds_of(life))
    camden = [replace(one, area=CAMDEN) for one in data.draw(worlds_of(life))]
    alone = figures(warehouse, barnet, model)
    beside = figures(warehouse, data.draw(st.permutations([*barnet, *camden])), model)
    first, last = in_order(barnet)[0], in_order(barnet)[-1]
    mine = [row for row in beside if row["area_code"] != CAMDEN]
    on_own_grid = [row for row in mine if first <= row.get("counted_on", first) <= last]
    assert on_own_grid == alone


@EXAMPLES
@given(worlds(), asked)
def test_rows_outside_the_declared_cover_are_not_used(
    warehouse: Warehouse, world: World, model: str
) -> None:
    """Rows dated outside the days of their table are loaded and not used (dbt_project/docs/history.md, 'Cover'), even
    where the same event or key is used elsewhere."""
    reaching_back = [with_rows_before_cover(submission, world) for submission in world]
    assert figures(warehouse, reaching_back, model) == figures(warehouse, world, model)
