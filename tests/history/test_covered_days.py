"""Which days of a kind of record are covered, and by which source they are served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.history.lives import examples, worlds
from tests.history.warehouse import Warehouse
from tests.history.world import CAMDEN, World, annex_a, cin_census, day

Span = tuple[str, str]


def _spans(warehouse: Warehouse, world: World, entity: str) -> list[Span]:
    told = warehouse.tell(world, "hist_covered_spans")["hist_covered_spans"]
    rows = [row for row in told if row["entity"] == entity]
    return sorted((row["span_from"].isoformat(), row["span_to"].isoformat()) for row in rows)


def _runs(warehouse: Warehouse, world: World, entity: str) -> list[tuple[str, str, str]]:
    told = warehouse.tell(world, "hist_covered_runs")["hist_covered_runs"]
    rows = [row for row in told if row["entity"] == entity]
    return sorted((str(row["run_from"]), str(row["run_to"]), row["source"]) for row in rows)


def test_covers_that_touch_are_one_span_and_a_day_between_parts_them(warehouse: Warehouse) -> None:
    """A day is covered when some submission covers it: June reaches up to 30 June, December begins on
    1 July, and January of the next year on 1 August."""
    june, december, january = (
        annex_a(month, list_3=[]) for month in ("2024-06", "2024-12", "2025-01")
    )
    assert _spans(warehouse, [december, june], "referral") == [("2024-01-01", "2024-12-31")]
    assert _spans(warehouse, [january, june], "referral") == [
        ("2024-01-01", "2024-06-30"),
        ("2024-08-01", "2025-01-31"),
    ]


def test_census_serves_its_days_of_a_point_event(warehouse: Warehouse) -> None:
    """For each event date one source serves: the census from 1 April to its date, Annex A around it."""
    world = [annex_a("2023-04", list_3=[]), cin_census("2024-03"), annex_a("2024-05", list_3=[])]
    assert _runs(warehouse, world, "referral") == [
        ("2022-11-01", "2023-03-31", "annex_a"),
        ("2023-04-01", "2024-03-31", "cin_census"),
        ("2024-04-01", "2024-05-31", "annex_a"),
    ]
    assert _spans(warehouse, world, "referral") == [("2022-11-01", "2024-05-31")]


def test_newest_submission_serves_its_days_of_an_interval(warehouse: Warehouse) -> None:
    """Intervals know no precedence but for ties."""
    census, may = cin_census("2024-03"), annex_a("2024-05", list_7=[])
    assert _runs(warehouse, [census, may], "cp_plan") == [
        ("2023-04-01", "2023-11-30", "cin_census"),
        ("2023-12-01", "2024-05-31", "annex_a"),
    ]
    march = annex_a("2024-03", list_7=[])
    assert _runs(warehouse, [census, march], "cp_plan") == [
        ("2023-04-01", "2024-03-31", "cin_census")
    ]


def test_absent_and_failed_tables_and_other_kinds_cover_nothing(warehouse: Warehouse) -> None:
    """A table absent from a submission covers nothing, for its own kind of record only."""
    world = [replace(annex_a("2024-06", list_3=[], list_4=[]), failed=frozenset({"list_4"}))]
    assert _spans(warehouse, world, "referral") == [("2024-01-01", "2024-06-30")]
    assert _spans(warehouse, world, "assessment") == []
    assert _spans(warehouse, world, "cp_plan") == []


def _days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@examples(10)
@given(worlds(), worlds(annex_a=(1, 2)), st.sampled_from(["referral", "cp_plan", "period_of_care"]))
def test_spans_and_runs_hold_every_covered_day_once(
    warehouse: Warehouse, barnet: World, other: World, entity: str
) -> None:
    """Coverage is data: the spans of an area are exactly its covers joined, the runs part them by
    source, and no span touches another."""
    camden = [replace(one, area=CAMDEN) for one in other]
    told = warehouse.tell(
        [*barnet, *camden], "hist_covers", "hist_covered_spans", "hist_covered_runs"
    )
    for area in {one.area for one in [*barnet, *camden]}:
        covers, spans, runs = (
            [row for row in rows if (row["entity"], row["area_code"]) == (entity, area)]
            for rows in told.values()
        )
        covered = {on for row in covers for on in _days_between(row["cover_from"], row["cover_to"])}
        in_spans = [on for row in spans for on in _days_between(row["span_from"], row["span_to"])]
        in_runs = [on for row in runs for on in _days_between(row["run_from"], row["run_to"])]
        assert sorted(in_spans) == sorted(in_runs) == sorted(covered)
        after_spans = {row["span_to"] + timedelta(days=1) for row in spans}
        assert not after_spans & covered


def test_span_of_a_february_end_loses_no_day(warehouse: Warehouse) -> None:
    """Six months are counted back from the day after: 29 February 2024 covers from 1 September."""
    february = annex_a("2024-02", list_3=[])
    assert february.cover("list_3") == (day("2023-09-01"), day("2024-02-29"))
    assert _spans(warehouse, [february], "referral") == [("2023-09-01", "2024-02-29")]
