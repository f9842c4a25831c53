"""The children of the cases: who takes part, whose enquiry, plan and stay in care it is, and until when.

The family's days come from `cases.py`, the course of a stay in care from `care.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.care import FROM_ENQUIRY, NO_ROUTE, TEENAGER, UNACCOMPANIED, settle
from orchestration.demo.cases import ALONE, BACK_TO_PLAN, ORDINARY
from orchestration.demo.days import NEVER, Days, ages, birthdays, by_year, working_day
from orchestration.demo.draws import keys_of
from orchestration.demo.world import World

LONG_PLAN_DAYS, LONG_PLAN_AGE = 730, 14
AGE_BANDS = (1, 5, 10, 16)
FROM_TEENAGER_AGE = 12
FROM_CASE = (
    "start", "kind", "is_nfa", "assessment_start", "authorised", "enquiry", "conference", "plan_start",
    "plan_end", "long_plan_end", "is_in_need", "decided", "closed", "generation", "is_transferred",
)  # fmt: skip


@dataclass
class Known:
    """What is known of each child, by position, as the generations of cases go by."""

    children: pd.DataFrame
    first_child: np.ndarray  # position of each family's first child
    n_children: np.ndarray
    open_until: Days
    plans: np.ndarray

    @classmethod
    def of(cls, children: pd.DataFrame, n_families: int) -> Known:
        """Nothing has happened yet."""
        n_children = np.bincount(children["family"], minlength=n_families)
        nothing = np.zeros(len(children), dtype=np.int64)
        first = np.cumsum(n_children) - n_children
        return cls(children, first, n_children, nothing, nothing.copy())


def participants(cases: pd.DataFrame, known: Known, world: World) -> pd.DataFrame:
    """One row per case and child referred: under 18, not in an open case."""
    family = cases["family"].to_numpy()
    counts = known.n_children[family]
    case = np.repeat(np.arange(len(cases)), counts)
    place = np.arange(len(case)) - np.repeat(np.cumsum(counts) - counts, counts)
    child = known.first_child[family][case] + place
    start, generation = cases["start"].to_numpy()[case], cases["generation"].to_numpy()[case]
    key = keys_of(known.children["key"].to_numpy()[child], generation)
    born = known.children["birth"].to_numpy()[child]
    free = (birthdays(born, 18) > start) & (known.open_until[child] < start)
    # Back to a plan come all who were on the last one.
    again = (cases["kind"].to_numpy()[case] == BACK_TO_PLAN) & (known.plans[child] > 0)
    comes = world.draws.chance(key, "comes too", intensities.SIBLING_COMES_BACK)
    comes |= again | (generation == 0)
    enquired = world.draws.chance(key, "enquired", intensities.SECTION47_SIBLING)
    enquired |= again | (place == 0)
    planned = world.draws.chance(key, "planned", intensities.PLAN_SIBLING)
    planned = enquired & (planned | again | (place == 0))
    # Who grows up meanwhile is on no long plan.
    staying = world.draws.chance(key, "staying", intensities.LONG_PLAN_SIBLING) | (place == 0)
    staying &= planned & (ages(born, start) < LONG_PLAN_AGE)
    rows = pd.DataFrame({"case": case, "child": child, "key": key})
    rows = rows.assign(is_enquired=enquired, is_planned=planned, is_staying=staying)
    return rows[comes & free].reset_index(drop=True)


def follow_children(
    rows: pd.DataFrame, cases: pd.DataFrame, known: Known, world: World
) -> pd.DataFrame:
    """The children's own course through their family's cases; `known` is brought up to date."""
    rows = rows.join(cases[list(FROM_CASE)], on="case")
    rows["birth"] = known.children["birth"].to_numpy()[rows["child"]]
    rows["is_disabled"] = known.children["is_disabled"].to_numpy()[rows["child"]]
    rows["adult"] = birthdays(rows["birth"].to_numpy(), 18)
    rows = _leave_out_siblings(rows)
    rows = _come_into_care(rows, world)
    rows = settle(rows, world)
    rows = _end_plans(rows, known, world)
    rows = _close(rows, world)
    np.maximum.at(known.open_until, rows["child"].to_numpy(), rows["closed"].to_numpy())
    return rows


def _leave_out_siblings(rows: pd.DataFrame) -> pd.DataFrame:
    enquired, planned = rows["is_enquired"], rows["is_planned"]
    return rows.assign(
        enquiry=rows["enquiry"].where(enquired, NEVER),
        conference=rows["conference"].where(enquired, NEVER),
        plan_start=rows["plan_start"].where(planned, NEVER),
        plan_end=rows["plan_end"].where(~rows["is_staying"], rows["long_plan_end"]),
    )


def _come_into_care(rows: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add the route into care and its day, for the few who come."""
    key, start, enquiry = (rows[name].to_numpy() for name in ("key", "start", "enquiry"))
    age = ages(rows["birth"].to_numpy(), start)
    factor = by_year(intensities.CARE_FACTOR, start)
    band = np.searchsorted(AGE_BANDS, age, side="right")
    chance = np.array(intensities.CARE_AFTER_SECTION47)[band] * factor
    # A plan becomes long where the child stays at home.
    from_enquiry = (enquiry < NEVER) & (
        rows["plan_end"] - rows["plan_start"] < LONG_PLAN_DAYS
    ).to_numpy()
    from_enquiry &= world.likely(key, "care", chance, "care")
    teenager = (
        (rows["kind"] == ORDINARY).to_numpy() & ~rows["is_nfa"].to_numpy() & (enquiry == NEVER)
    )
    teenager &= (age >= FROM_TEENAGER_AGE) & world.likely(
        key, "care of teenager", intensities.CARE_OF_TEENAGER * factor, "care"
    )
    alone = (rows["kind"] == ALONE).to_numpy()
    options = [alone, from_enquiry, teenager]
    rows["route"] = np.select(options, [UNACCOMPANIED, FROM_ENQUIRY, TEENAGER], NO_ROUTE)
    soon = world.draws.days(key, "care delay", intensities.CARE_DELAY_DAYS)
    later = world.draws.days(key, "teenager delay", intensities.TEENAGER_DELAY_DAYS)
    day = np.select(
        options, [start, np.where(from_enquiry, enquiry, 0) + soon, start + later], NEVER
    )
    day = np.maximum(day, rows["birth"].to_numpy() + 1)
    # A child back to a plan comes into care from the plan.
    planned = (rows["kind"] == BACK_TO_PLAN).to_numpy() & (rows["plan_start"] < NEVER).to_numpy()
    day = np.where(planned, np.maximum(day, rows["plan_start"] + 14), day)
    rows["care_start"] = np.where((rows["route"] > 0) & (day < rows["adult"]), day, NEVER)
    return rows


def _end_plans(rows: pd.DataFrame, known: Known, world: World) -> pd.DataFrame:
    """A plan ends soon after the child comes into care, and with childhood; in care none is made."""
    start, end, care = (rows[name].to_numpy() for name in ("plan_start", "plan_end", "care_start"))
    level = world.draws.uniform(rows["key"].to_numpy(), "plan after care")
    into_care = care + 5 + (level * 25).astype(np.int64)
    end = np.where(care < end, np.minimum(end, into_care), end)
    end = np.minimum(end, rows["adult"].to_numpy())
    is_made = (start < NEVER) & (care > start) & (end > start + 1)
    child = rows["child"].to_numpy()
    rows["plan_start"] = np.where(is_made, start, NEVER)
    rows["plan_end"] = np.where(is_made, end, NEVER)
    rows["earlier_plans"] = known.plans[child]
    known.plans[child[is_made]] += 1
    return rows


def _close(rows: pd.DataFrame, world: World) -> pd.DataFrame:
    key, closed = rows["key"].to_numpy(), rows["closed"].to_numpy()
    longer = rows["decided"] + (closed - rows["decided"]) * intensities.DISABLED_CIN_FACTOR
    long = (rows["is_disabled"] & rows["is_in_need"]).to_numpy()
    closed = np.where(long, np.rint(longer).astype(np.int64), closed)
    in_care = rows["care_start"].to_numpy() < NEVER
    after = rows["care_end"].to_numpy() + world.draws.days(
        key, "after care", intensities.AFTER_CARE_DAYS
    )
    closed = np.where(in_care, np.maximum(closed, after), closed)
    closed = np.minimum(working_day(closed), rows["adult"].to_numpy())
    closed = np.maximum(closed, np.where(in_care, rows["care_end"], 0))
    rows["closed"] = np.where(rows["is_nfa"], rows["start"], np.maximum(closed, rows["start"]))
    return rows
