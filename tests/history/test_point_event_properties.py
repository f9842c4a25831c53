"""Properties of point events over worlds of faulty submissions, at any knowledge date."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.history.lives import NONE, POINTS, examples, in_order, worlds
from tests.history.warehouse import Warehouse
from tests.history.world import Row, Submission, World

TABLES = {
    "hist_referrals": {"annex_a": "list_3", "cin_census": "cin_details"},
    "hist_assessments": {"annex_a": "list_4", "cin_census": "assessments"},
    "hist_section_47_enquiries": {"annex_a": "list_5", "cin_census": "section47"},
}
# What the model calls the day of the event, and the kind of record in the covers.
EVENT_DAYS = {
    "hist_referrals": "referral_date",
    "hist_assessments": "authorisation_date",
    "hist_section_47_enquiries": "start_date",
}
ENTITIES = {
    "hist_referrals": "referral",
    "hist_assessments": "assessment",
    "hist_section_47_enquiries": "section_47_enquiry",
}
models = st.sampled_from(sorted(TABLES))
draws = st.data()
EXAMPLES = examples(24)
Event = tuple[str, date | None, date]


def _event(row: Row, on: str) -> Event:
    start = None if on == "start_date" else row.get("start_date")
    return row["child"], start, row[on]


def _served(warehouse: Warehouse, world: World, model: str, **when: Any) -> set[Event]:
    events = [_event(row, EVENT_DAYS[model]) for row in warehouse.tell(world, model, **when)[model]]
    assert len(set(events)) == len(events), "an event is served twice"
    return set(events)


def _stated(submission: Submission, model: str) -> set[Event]:
    table = TABLES[model][submission.source]
    return {_event(row, POINTS[table]) for row in submission.tables[table]}


def _covered_by(submission: Submission, model: str, events: set[Event]) -> set[Event]:
    first, last = submission.cover(TABLES[model][submission.source])
    return {event for event in events if first <= event[2] <= last}


@EXAMPLES
@given(worlds(cin_census=NONE, ssda903=NONE), models, draws)
def test_newest_submission_says_all_about_the_days_it_covers(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """Of that source the newest submission covering it. Rows of that date in any other submission are
    not used: what the newest holds is served and nothing else, so what it dropped is gone."""
    newest = data.draw(st.sampled_from(world))
    served = _served(warehouse, world, model, as_at=newest.as_at)
    assert _covered_by(newest, model, served) == _covered_by(newest, model, _stated(newest, model))


@EXAMPLES
@given(worlds(cin_census=(1, 2), ssda903=NONE), models, draws)
def test_newest_census_says_all_about_the_days_it_covers(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """The first in the entity's precedence with a submission covering the date, however much newer
    an Annex A is."""
    censuses = [one for one in world if one.source == "cin_census"]
    known_on = data.draw(
        st.sampled_from([day for day in in_order(world) if day >= in_order(censuses)[0]])
    )
    known = [one for one in censuses if one.as_at <= known_on]
    newest = max(known, key=lambda one: (one.as_at, one.month))
    served = _served(warehouse, world, model, as_at=known_on)
    assert _covered_by(newest, model, served) == _covered_by(newest, model, _stated(newest, model))


@EXAMPLES
@given(worlds(ssda903=NONE), models, draws)
def test_submission_says_nothing_about_days_it_does_not_cover(
    warehouse: Warehouse, world: World, model: str, data: st.DataObject
) -> None:
    """What an older submission holds outside the newer window stays: without the submission,
    every day outside its cover is as before."""
    removed = data.draw(st.sampled_from(world))
    served = _served(warehouse, world, model)
    without = _served(warehouse, [one for one in world if one is not removed], model)
    assert served - _covered_by(removed, model, served) == without - _covered_by(
        removed, model, without
    )


@EXAMPLES
@given(worlds(ssda903=NONE), models)
def test_source_of_an_event_is_the_source_that_serves_its_day(
    warehouse: Warehouse, world: World, model: str
) -> None:
    """For each event date one source serves: the one that the covered runs name, and no other."""
    told = warehouse.tell(world, model, "hist_covered_runs")
    runs = [run for run in told["hist_covered_runs"] if run["entity"] == ENTITIES[model]]
    for row in told[model]:
        on = row[EVENT_DAYS[model]]
        serving = [run["source"] for run in runs if run["run_from"] <= on <= run["run_to"]]
        assert serving == [row["source"]]
