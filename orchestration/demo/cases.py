"""What happens to the families that are referred: one row per case, from the referral to its closure.

A case is a family's: assessment, enquiry, conference and plan fall on the same days for its children. Who
of them takes part, and who comes into care, is in `children_cases.py`. Cases of a family follow each other;
generation 0 is the first referral, generation 1 the first return, and so on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.days import NEVER, Days, Pace, by_year, working_day
from orchestration.demo.draws import keys_of
from orchestration.demo.world import Turn, World, rare_turn

ORDINARY, ALONE, BACK_TO_PLAN = 0, 1, 2
CIN_PACE = Pace(intensities.CIN_ENDING)
PLAN_PACE = Pace(intensities.PLAN_ENDING)


def open_cases(
    families: pd.DataFrame, start: Days, kind: np.ndarray, generation: int
) -> pd.DataFrame:
    """The cases of a generation; `family` is the position of the family."""
    cases = pd.DataFrame({"family": families.index.to_numpy(), "size": families["size"].to_numpy()})
    cases["key"] = keys_of(families["key"].to_numpy(), generation)
    return cases.assign(start=start, kind=kind, generation=generation)


def follow(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add to each case what happens and when; a day that never comes is NEVER.

    `cases` must say how many children take part in a plan (`size`) and in a long one (`staying`).
    """
    cases = _assess(cases.copy(), world)
    cases = _enquire(cases, world)
    cases = _confer(cases, world)
    cases = _plan(cases, world)
    return _close(cases, world)


def _assess(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    key, start = cases["key"].to_numpy(), cases["start"].to_numpy()
    nfa = world.likely(key, "nfa", by_year(intensities.NO_FURTHER_ACTION, start))
    cases["is_nfa"] = nfa & (cases["kind"] == ORDINARY)
    is_assessed = world.likely(key, "assessed", intensities.ASSESSED) & ~cases["is_nfa"]
    begun = working_day(start + (world.draws.uniform(key, "assessment lag") * 4).astype(np.int64))
    in_time = world.timely(key, "in time", by_year(intensities.ASSESSED_IN_TIME, start))
    curves = (in_time, intensities.IN_TIME_WORKING_DAYS, intensities.LATE_WORKING_DAYS)
    authorised = world.in_working_days(begun, key, "assessment", curves)
    cases["assessment_start"] = np.where(is_assessed, begun, NEVER)
    cases["authorised"] = np.where(is_assessed, authorised, NEVER)
    return cases


def _enquire(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    key, start, kind = (cases[name].to_numpy() for name in ("key", "start", "kind"))
    eligible = ~cases["is_nfa"].to_numpy() & (kind == ORDINARY)
    share = by_year(intensities.SECTION47, start) * world.area.factors["protection"]
    enquiry = _takes_turn("enquiry", np.where(eligible, start, NEVER), share, cases, world)
    enquiry |= kind == BACK_TO_PLAN
    day = working_day(
        start + world.draws.days(key, "enquiry delay", intensities.SECTION47_DELAY_DAYS)
    )
    cases["enquiry"] = np.where(enquiry, day, NEVER)
    return cases


def _takes_turn(
    label: str, days: Days, share: np.ndarray, cases: pd.DataFrame, world: World
) -> np.ndarray:
    turn = Turn(label, days[:, None], share[:, None])
    sizes = cases["size"].to_numpy()[:, None]
    return world.take_turns(turn, cases["key"].to_numpy(), sizes) < NEVER


def _confer(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    key, enquiry, kind = (cases[name].to_numpy() for name in ("key", "enquiry", "kind"))
    # A family that was on a plan comes to the next one through BACK_TO_PLAN.
    days = np.where(cases["had_plan"], NEVER, enquiry)
    conference = _takes_turn(
        "conference", days, by_year(intensities.CONFERENCE, enquiry), cases, world
    )
    conference |= kind == BACK_TO_PLAN
    share = by_year(intensities.CONFERENCE_IN_TIME, enquiry)
    in_time = world.timely(key, "conference in time", share)
    curves = (
        in_time,
        intensities.CONFERENCE_WORKING_DAYS,
        intensities.CONFERENCE_LATE_WORKING_DAYS,
    )
    day = world.in_working_days(np.where(conference, enquiry, 0), key, "conference day", curves)
    cases["conference"] = np.where(conference, day, NEVER)
    return cases


def _plan(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    key, conference = cases["key"].to_numpy(), cases["conference"].to_numpy()
    plan = world.likely(key, "plan", by_year(intensities.PLAN, conference))
    plan = (plan | (cases["kind"] == BACK_TO_PLAN).to_numpy()) & (conference < NEVER)
    start = np.where(plan, conference, NEVER)
    stay = intensities.PLAN_DAYS.at(world.draws.uniform(key, "plan length"))
    ordinary = PLAN_PACE.end(start, stay)
    ordinary = np.minimum(ordinary, start + intensities.LONGEST_ORDINARY_PLAN)
    # Decided in the order in which they would end, so that the share acts on the year of the end; among the
    # families referred for the first time, because each generation of cases evens out by itself.
    first = plan & (cases["generation"] == 0).to_numpy()
    begins = np.where(first, start + intensities.LONGEST_ORDINARY_PLAN, NEVER)
    days = world.candidate_days("long plan", begins, key, intensities.LONG_PLAN_EXTRA_DAYS)
    turn = rare_turn("long plan", days, by_year(intensities.LONG_FIRST_PLAN, days))
    long = world.take_turns(turn, key, cases["staying"].to_numpy()[:, None])
    # Some families move in with a plan: this authority's conference, another one's enquiry.
    moved_in = world.likely(key, "transferred in", intensities.TRANSFERRED_IN)
    cases["is_transferred"] = first & moved_in
    cases["plan_start"] = start
    cases["plan_end"] = np.where(plan, ordinary, NEVER)
    cases["long_plan_end"] = np.where(long < NEVER, long, cases["plan_end"])
    return cases


def _close(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    """The day the family's case closes, and whether it was in need meanwhile."""
    key, start = cases["key"].to_numpy(), cases["start"].to_numpy()
    has_plan = cases["plan_start"].to_numpy() < NEVER
    in_need = world.likely(key, "in need", by_year(intensities.IN_NEED, start))
    in_need &= ~cases["is_nfa"].to_numpy() & ~has_plan & (cases["kind"] != ALONE).to_numpy()
    decided = np.where(cases["authorised"] < NEVER, cases["authorised"], start + 10)
    decided = np.where(
        cases["enquiry"] < NEVER, np.maximum(decided, cases["enquiry"] + 20), decided
    )
    decided = np.where(
        cases["conference"] < NEVER, np.maximum(decided, cases["conference"]), decided
    )
    supported = CIN_PACE.end(
        decided, intensities.CIN_DAYS.at(world.draws.uniform(key, "in need days"))
    )
    stepped = world.draws.days(key, "step down days", intensities.STEP_DOWN_DAYS)
    stepped = np.where(world.likely(key, "step down", intensities.STEP_DOWN), stepped, 0)
    after = np.maximum(decided, np.where(has_plan, cases["long_plan_end"], 0)) + stepped * has_plan
    closing = world.draws.days(key, "closing", intensities.CLOSING_DAYS)
    cases["is_in_need"] = in_need
    cases["decided"] = decided
    cases["closed"] = working_day(np.where(in_need, supported, after) + closing)
    return cases


def next_cases(
    cases: pd.DataFrame, rows: pd.DataFrame, families: pd.DataFrame, world: World
) -> pd.DataFrame:
    """The families that come back, to a new plan or otherwise; at most one next case each.

    `rows` are the children of the cases, whose plans they were.
    """
    key = cases["key"].to_numpy()
    had_plan = np.bincount(rows["case"], rows["plan_start"] < NEVER, len(cases)) > 0
    left = np.where(cases["is_nfa"], cases["start"], cases["closed"])
    begins = np.where(had_plan, left, NEVER)
    days = world.candidate_days("plan again", begins, key, intensities.PLAN_AGAIN_DAYS)
    turn = rare_turn("plan again", days, by_year(intensities.PLAN_AGAIN, days))
    to_plan = world.take_turns(turn, key, _planned_children(rows, days))
    back = working_day(left + world.draws.days(key, "back days", intensities.COMES_BACK_DAYS))
    comes = world.likely(key, "comes back", by_year(intensities.COMES_BACK, back), "coming_back")
    comes &= (cases["kind"] != ALONE).to_numpy()
    again = to_plan < NEVER
    start = np.where(again, to_plan, back)
    chosen = again | comes
    returning = families.loc[cases["family"].to_numpy()[chosen]]
    kind = np.where(again, BACK_TO_PLAN, ORDINARY)[chosen]
    following = open_cases(returning, start[chosen], kind, int(cases["generation"].max()) + 1)
    return following.assign(had_plan=(cases["had_plan"].to_numpy() | had_plan)[chosen])


def _planned_children(rows: pd.DataFrame, days: np.ndarray) -> np.ndarray:
    """How many children of each case were on its plan, live at home, and are under 18 on each day."""
    home = rows[(rows["plan_start"] < NEVER) & (rows["care_start"] == NEVER)]
    case, adult = home["case"].to_numpy(), home["adult"].to_numpy()
    columns = [np.bincount(case, adult > of_case[case], len(days)) for of_case in days.T]
    return np.column_stack(columns)
