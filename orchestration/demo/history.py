"""What the case system of one authority holds when all is known: one frame per kind of record.

Frames refer to children by position. What was known on a given day is in `recording.py`; how an extract
shows it is in `lists.py` and `returns.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.demo import intensities
from orchestration.demo.areas import Area
from orchestration.demo.care import ADOPTED, GUARDIAN, NO_ROUTE, UNACCOMPANIED
from orchestration.demo.course import run_course
from orchestration.demo.days import NEVER, Days, by_year, last_day, working_day
from orchestration.demo.draws import Draws, Keys, keys_of
from orchestration.demo.families import light_children
from orchestration.demo.faults import with_leading_zeros
from orchestration.demo.incidents import checks_of, incidents_of
from orchestration.demo.placements import cease_reasons, placements_of
from orchestration.demo.recording import correct, record, record_end
from orchestration.demo.world import World

LOOK_BACK_MONTHS = 6
NEEDS = {"N1": 0.56, "N3": 0.05, "N4": 0.12, "N5": 0.15, "N6": 0.07, "N7": 0.02, "N8": 0.03}
SOURCES = {
    "1A": 0.04, "1B": 0.02, "1C": 0.01, "1D": 0.01, "2A": 0.19, "2B": 0.01, "3A": 0.02, "3B": 0.01, "3C": 0.01,
    "3D": 0.05, "3E": 0.07, "3F": 0.01, "4": 0.02, "5A": 0.02, "5B": 0.06, "5C": 0.05, "5D": 0.01, "6": 0.29,
    "7": 0.03, "8": 0.03, "9": 0.02, "10": 0.02,
}  # fmt: skip
YEAR = 365
SHORT_BREAK_DAYS = (60, 300)


@dataclass(frozen=True)
class History:
    """Everything about one authority up to a month; records of later days are there and not yet visible."""

    area: Area
    draws: Draws
    children: pd.DataFrame
    contacts: pd.DataFrame
    early_help: pd.DataFrame
    referrals: pd.DataFrame
    assessments: pd.DataFrame
    enquiries: pd.DataFrame
    cin_episodes: pd.DataFrame
    plans: pd.DataFrame
    periods: pd.DataFrame
    placements: pd.DataFrame
    incidents: pd.DataFrame
    checks: pd.DataFrame


def simulate(area: Area, seed: int, first_month: int, last_month: int) -> History:
    """Everything that the extracts of these months can show."""
    world = World(Draws(seed, area.code), area)
    course = run_course(area, seed, last_month)
    cases, last = course.cases, last_day(last_month)
    light = range(first_month - LOOK_BACK_MONTHS, last_month + 1)
    contacted, helped = (
        light_children(area, world.draws, kind, light) for kind in ("contact", "early_help")
    )
    n_known = len(course.children)
    children = pd.concat([course.children, contacted, helped], ignore_index=True)
    early_help = _early_help(helped, n_known + len(contacted), world)
    referrals, periods = _referrals(cases, world), _periods(cases, world)
    episodes = placements_of(periods, world)
    frames = {
        "children": _identified(children, world.draws),
        "contacts": _contacts(contacted, n_known, referrals, early_help, world),
        "early_help": early_help,
        "referrals": referrals,
        "assessments": _assessments(cases, world),
        "enquiries": _enquiries(cases, world),
        "cin_episodes": _cin_episodes(cases, world),
        "plans": _plans(cases, world),
        "periods": periods,
        "placements": _with_period(episodes, periods),
        "incidents": _with_period(incidents_of(periods, world, last), periods),
        "checks": _with_period(checks_of(periods, episodes, world, last), periods),
    }
    plain = {name: _with_plain_texts(frame) for name, frame in frames.items()}
    return History(area=area, draws=world.draws, **plain)


def _with_plain_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts as Python objects: the lists take rows out of them by the thousand, which Arrow makes slow."""
    return frame.astype(dict.fromkeys(frame.select_dtypes("str").columns, object))


def _identified(children: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """With the local ids: they say that the child is invented, but for a few of an older system's form."""
    pairs = zip(children["digit"], children["number"], strict=True)
    ids = np.array([f"SYN{digit}{number:07d}" for digit, number in pairs], dtype=object)
    return children.assign(id=with_leading_zeros(ids, children["key"].to_numpy(), draws))


def _pick(keys: Keys, label: str, weights: dict[str, float], world: World) -> np.ndarray:
    picked = world.draws.options(keys, label, list(weights.values()))
    return np.array(list(weights), dtype=object)[picked]


def _some(cases: pd.DataFrame, label: str, share: float, world: World) -> pd.DataFrame:
    return cases[world.draws.chance(cases["key"].to_numpy(), label, share)]


def _while_open(cases: pd.DataFrame, keys: Keys, world: World) -> Days:
    """A working day between the decision on a case and its closure."""
    share = world.draws.uniform(keys, "while open")
    after = (share * (cases["closed"] - cases["decided"]).to_numpy()).astype(np.int64)
    return working_day(cases["decided"].to_numpy() + after)


def _earlier(frame: pd.DataFrame, day: str) -> np.ndarray:
    """How many records the same child had in the twelve months before each."""
    ordered = frame.sort_values(["child", day])
    count = pd.Series(0, index=ordered.index)
    for places in range(1, 6):
        before = ordered.groupby("child")[day].shift(places)
        count += (ordered[day] - before <= YEAR).astype(int)
    return count.reindex(frame.index).to_numpy()


def _contacts(
    people: pd.DataFrame,
    first: int,
    referrals: pd.DataFrame,
    early_help: pd.DataFrame,
    world: World,
) -> pd.DataFrame:
    """Contacts that nothing follows, the contact behind each referral and behind most early help."""
    alone = pd.DataFrame(
        {"child": first + np.arange(len(people)), "key": people["key"], "day": people["start"]}
    )
    alone["source"] = _pick(people["key"].to_numpy(), "source", SOURCES, world)
    behind = referrals[["child", "key", "day", "source"]]
    key = keys_of(behind["key"].to_numpy(), 1)
    behind = behind.assign(
        key=key, day=behind["day"] - (world.draws.uniform(key, "contact") * 1.4).astype(int)
    )
    helped = _some(early_help, "contact", intensities.EARLY_HELP_AFTER_CONTACT, world)
    key = keys_of(helped["key"].to_numpy(), 1)
    earlier = world.draws.days(key, "contact", intensities.CONTACT_TO_EARLY_HELP_DAYS)
    helped = pd.DataFrame({"child": helped["child"], "key": key, "day": helped["day"] - earlier})
    helped["source"] = _pick(key, "source", SOURCES, world)
    made = pd.concat([alone, behind, helped], ignore_index=True)
    return record(made, world.draws, "day", "contact")


def _early_help(people: pd.DataFrame, first: int, world: World) -> pd.DataFrame:
    key, start = people["key"].to_numpy(), people["start"].to_numpy()
    end = working_day(start + world.draws.days(key, "early help", intensities.EARLY_HELP_DAYS))
    frame = pd.DataFrame({"child": first + np.arange(len(people)), "key": key, "day": start})
    frame = record(frame.assign(end=end), world.draws, "day", "early help")
    return record_end(frame, world.draws, "end", "early help end")


def _referrals(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    frame = cases[["child", "key", "is_nfa"]].assign(day=cases["start"])
    frame["source"] = _pick(frame["key"].to_numpy(), "source", SOURCES, world)
    frame["earlier"] = _earlier(frame, "day")
    # The conference of a child who moved in with a plan belongs to the case; no enquiry of ours led to it.
    frame["transfer_conference"] = cases["conference"].where(cases["is_transferred"], NEVER)
    frame = record(frame, world.draws, "day", "referral")
    frame = record_end(frame, world.draws, "transfer_conference", "conference")
    return correct(frame, world.draws, "day", "referral")


def _assessments(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    """The first assessment of a case, and another in some that stay open."""
    first = cases[cases["assessment_start"] < NEVER]
    needs = first["is_in_need"] | (first["plan_start"] < NEVER) | (first["care_start"] < NEVER)
    first = first[["child", "key"]].assign(
        case=first["key"], day=first["assessment_start"], end=first["authorised"], is_needed=needs
    )
    stays = cases["is_in_need"] | (cases["plan_start"] < NEVER)
    again = _some(cases[stays], "reassessed", intensities.REASSESSED, world)
    key = keys_of(again["key"].to_numpy(), 2)
    day = _while_open(again, key, world)
    in_time = world.timely(key, "in time", by_year(intensities.ASSESSED_IN_TIME, day))
    curves = (in_time, intensities.IN_TIME_WORKING_DAYS, intensities.LATE_WORKING_DAYS)
    end = world.in_working_days(day, key, "assessment", curves)
    later = pd.DataFrame(
        {"child": again["child"], "key": key, "case": again["key"], "day": day, "end": end}
    )
    frame = pd.concat([first, later.assign(is_needed=True)], ignore_index=True)
    frame = record(frame, world.draws, "day", "assessment")
    frame = record_end(frame, world.draws, "end", "assessment end")
    return correct(frame, world.draws, "end", "assessment end", floor="day")


def _enquiries(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    """Enquiries that follow a referral, with their conference, and later ones that need none."""
    first = cases[(cases["enquiry"] < NEVER) & ~cases["is_transferred"]]
    first = first[["child", "key", "conference"]].assign(
        case=first["key"], day=first["enquiry"], led_to_plan=first["plan_start"] < NEVER
    )
    may = cases["is_in_need"] & (cases["enquiry"] == NEVER)
    again = _some(cases[may], "enquiry later", intensities.SECTION47_LATER, world)
    key = keys_of(again["key"].to_numpy(), 3)
    day = _while_open(again, key, world)
    later = pd.DataFrame({"child": again["child"], "key": key, "case": again["key"], "day": day})
    later = later.assign(conference=NEVER, led_to_plan=False)
    frame = pd.concat([first, later], ignore_index=True)
    frame["earlier"] = _earlier(frame, "day")
    held = frame[frame["conference"] < NEVER]
    frame["earlier_conferences"] = pd.Series(_earlier(held, "conference"), index=held.index)
    frame["earlier_conferences"] = frame["earlier_conferences"].fillna(0).astype(int)
    frame = record(frame, world.draws, "day", "enquiry")
    return record_end(frame, world.draws, "conference", "conference")


def _needs(cases: pd.DataFrame, world: World) -> np.ndarray:
    need = _pick(cases["key"].to_numpy(), "need", NEEDS, world)
    need = np.where(cases["is_disabled"] & cases["is_in_need"], "N2", need)
    return np.where(cases["route"] == UNACCOMPANIED, "N8", need)


def _cin_episodes(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    open_cases = cases[~cases["is_nfa"]]
    key, end = open_cases["key"].to_numpy(), open_cases["closed"].to_numpy()
    level = world.draws.uniform(key, "closure reason")
    services = (
        (open_cases["plan_start"] < NEVER)
        | (open_cases["route"] > NO_ROUTE)
        | open_cases["is_in_need"]
    )
    left = np.select([level < 0.06, level < 0.1], ["RC5", "RC3"], "RC7")
    in_care = (open_cases["care_start"] < NEVER).to_numpy()
    reason = np.select(
        [
            in_care & (open_cases["outcome"] == ADOPTED).to_numpy(),
            in_care & (open_cases["outcome"] == GUARDIAN).to_numpy(),
            (open_cases["is_disabled"] & (open_cases["closed"] >= open_cases["adult"])).to_numpy(),
            ~services.to_numpy(),
        ],
        ["RC1", "RC4", "RC6", np.where(level < 0.62, "RC8", "RC9")],
        left,
    )
    frame = open_cases[["child", "key", "decided", "is_in_need"]].assign(
        day=open_cases["start"], end=end, reason=reason
    )
    frame["need"] = _needs(open_cases, world)
    # The same labels as the referral: the episode begins with it and shares its corrections.
    frame = record(frame, world.draws, "day", "referral")
    frame = correct(frame, world.draws, "day", "referral")
    return record_end(frame, world.draws, "end", "closure")


def _plans(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    made = cases[cases["plan_start"] < NEVER]
    key = made["key"].to_numpy()
    first = _pick(key, "abuse", intensities.ABUSE_CATEGORIES, world)
    later = _pick(key, "abuse later", intensities.ABUSE_CATEGORIES, world)
    latest = np.where(world.draws.chance(key, "abuse changes", 0.12), later, first)
    frame = made[["child", "key", "earlier_plans"]].assign(
        case=made["key"], day=made["plan_start"], end=made["plan_end"]
    )
    frame = frame.assign(first_category=first, latest_category=latest)
    frame = correct(record(frame, world.draws, "day", "plan"), world.draws, "day", "plan")
    return record_end(frame, world.draws, "end", "plan end").reset_index(drop=True)


def _periods(cases: pd.DataFrame, world: World) -> pd.DataFrame:
    """Stays in care, and short breaks, which are recorded with them."""
    cases = cases.assign(need=_needs(cases, world))
    columns = [
        "child", "key", "birth", "adult", "route", "outcome", "need", "decision", "order", "match", "placed",
        "adoption", "reversed", "early_placement", "foster_carer_adopts",
    ]  # fmt: skip
    in_care = cases[cases["care_start"] < NEVER]
    stays = in_care[columns].assign(
        start=in_care["care_start"], end=in_care["care_end"], is_short_break=False
    )
    frame = pd.concat([stays, _short_breaks(cases, columns, world)], ignore_index=True)
    frame["reason"] = cease_reasons(frame, world)
    ordered = frame.sort_values(["child", "start"])
    since = ordered["start"] - ordered.groupby("child")["end"].shift(1)
    frame["is_later_period"] = (since <= YEAR).reindex(frame.index)
    frame = record(frame, world.draws, "start", "period").assign(withdrawn=NEVER)
    return record_end(frame, world.draws, "end", "period end")


def _short_breaks(cases: pd.DataFrame, columns: list[str], world: World) -> pd.DataFrame:
    may = cases["is_disabled"] & cases["is_in_need"] & (cases["care_start"] == NEVER)
    chosen = _some(cases[may], "short breaks", intensities.SHORT_BREAKS, world)
    key = keys_of(chosen["key"].to_numpy(), 4)
    start = working_day(chosen["decided"].to_numpy() + 30)
    shortest, longest = SHORT_BREAK_DAYS
    more = world.draws.uniform(key, "short break") * (longest - shortest)
    end = np.minimum(start + shortest + more.astype(np.int64), chosen["closed"])
    breaks = chosen[columns].assign(key=key, start=start, end=end, is_short_break=True, outcome=0)
    return breaks[breaks["end"] > breaks["start"]]


def _with_period(frame: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """The child of each record and when its period was entered: nothing about it is known before."""
    of_period = periods.iloc[frame["period"]]
    return frame.assign(
        child=of_period["child"].to_numpy(), entered=of_period["entered"].to_numpy()
    )
