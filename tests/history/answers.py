"""What the warehouse says about a world, in the few shapes that the tests compare. Dates are text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.history.warehouse import Warehouse
from tests.history.world import World, day

Key = tuple[str, str]


@dataclass(frozen=True)
class Interval:
    """A resolved interval without its key. `known` is whether the start of a period of care is known."""

    end: str | None
    source: str
    held: str
    reason: str | None = None
    known: bool | None = None


def _text(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def referrals(warehouse: Warehouse, world: World, **when: Any) -> list[Key]:
    """(child, day) of every referral."""
    told = warehouse.tell(world, "hist_referrals", **when)["hist_referrals"]
    return sorted((row["child"], row["referral_date"].isoformat()) for row in told)


def referral_sources(warehouse: Warehouse, world: World, **when: Any) -> dict[Key, str]:
    """The source of every referral by (child, day)."""
    told = warehouse.tell(world, "hist_referrals", **when)["hist_referrals"]
    return {(row["child"], row["referral_date"].isoformat()): row["source"] for row in told}


def assessments(
    warehouse: Warehouse, world: World, **when: Any
) -> list[tuple[str, str | None, str | None]]:
    """(child, start, authorisation) of every assessment."""
    told = warehouse.tell(world, "hist_assessments", **when)["hist_assessments"]
    return sorted(
        (row["child"], _text(row["start_date"]), _text(row["authorisation_date"])) for row in told
    )


def _intervals(warehouse: Warehouse, world: World, model: str, **when: Any) -> dict[Key, Interval]:
    found = {}
    for row in warehouse.tell(world, model, **when)[model]:
        key = (row["child"], row["start_date"].isoformat())
        assert key not in found, f"{model} has {key} twice"
        found[key] = Interval(
            _text(row["end_date"]), row["source"], row["held_as_at"].isoformat(),
            row.get("end_reason_code"), row.get("is_start_known"),
        )  # fmt: skip
    return found


def plans(warehouse: Warehouse, world: World, **when: Any) -> dict[Key, Interval]:
    """Every child protection plan that stands, by (child, start)."""
    return _intervals(warehouse, world, "hist_cp_plans", **when)


def episodes(warehouse: Warehouse, world: World, **when: Any) -> dict[Key, Interval]:
    """Every 903 episode that stands, by (child, start)."""
    return _intervals(warehouse, world, "hist_episodes", **when)


def periods(warehouse: Warehouse, world: World, **when: Any) -> dict[Key, Interval]:
    """Every period of care that stands, by (child, start)."""
    return _intervals(warehouse, world, "hist_periods_of_care", **when)


def _state(warehouse: Warehouse, world: World, model: str, on: str, **when: Any) -> dict[str, str]:
    told = warehouse.tell(world, model, "hist_month_ends", **when)
    assert day(on) in {row["month_end"] for row in told["hist_month_ends"]}, (
        f"{on} is not in the grid"
    )
    rows = [row for row in told[model] if row["counted_on"] == day(on)]
    assert len({(row["area_code"], row["child"]) for row in rows}) == len(rows), (
        "a child counts twice"
    )
    return {row["child"]: row["event_date"].isoformat() for row in rows}


def on_plan_at(warehouse: Warehouse, world: World, on: str, **when: Any) -> dict[str, str]:
    """Start of the plan of every child on a plan at a month end."""
    return _state(warehouse, world, "pop_cp_plans_open", on, **when)


def looked_after_at(warehouse: Warehouse, world: World, on: str, **when: Any) -> dict[str, str]:
    """Start of the period of every child looked after at a month end."""
    return _state(warehouse, world, "pop_looked_after", on, **when)


def conferences(
    warehouse: Warehouse, world: World, **when: Any
) -> dict[Key, tuple[str, str | None]]:
    """(source, day it is timed from) of every conference by (child, day)."""
    told = warehouse.tell(world, "hist_initial_conferences", **when)["hist_initial_conferences"]
    return {
        (row["child"], row["conference_date"].isoformat()): (
            row["source"], _text(row["clock_start_date"]),
        )
        for row in told
    }  # fmt: skip


def in_need_at(warehouse: Warehouse, world: World, on: str, **when: Any) -> set[str]:
    """Every child in need at a month end."""
    return set(_state(warehouse, world, "pop_children_in_need", on, **when))
