"""Annex A list 8: children in care, one row per stay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import options
from orchestration.demo.care import ADOPTED, ADULTHOOD, GUARDIAN, HOME, UNACCOMPANIED
from orchestration.demo.days import NEVER, Days, ages, months_of
from orchestration.demo.incidents import DENTAL, HEALTH, REVIEW, VISIT
from orchestration.demo.placements import RESIDENTIAL
from orchestration.demo.sheets import Column, Sheet, dates, numbers, texts
from orchestration.demo.view import View

PERMANENCE_AFTER_DAYS = 120
INDEPENDENT_AGE = 16


def children_in_care(view: View) -> Sheet:
    """List 8: stays open now, or ended in the six months."""
    found = view.open_or_ended(view.stays)
    found = found.assign(period=found.index).sort_values(["start", "key"])
    now = _latest_episodes(view).reindex(found["period"])
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    start, end = found["start"].to_numpy(), found["end"].to_numpy()
    columns: list[Column] = [
        *view.child_columns(child),
        texts(
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
            options.YES_NO[(found["route"] == UNACCOMPANIED).to_numpy().astype(int)],
        ),
        view.disability(child),
        dates("Date Started to be Looked After", start),
        texts("Child's Category of Need", options.spelled(found["need"].to_numpy(), options.NEED)),
        texts(
            "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)",
            options.YES_NO[found["is_later_period"].to_numpy().astype(int)],
        ),
        dates("Start date of current legal status", now["legal_since"]),
        texts("Child's Legal Status", options.spelled(now["legal"].to_numpy(), options.LEGAL)),
        dates("Date of Latest Statutory Review", _latest_check(view, REVIEW, found)),
        dates("Date of Last Social Work Visit", _latest_check(view, VISIT, found)),
        texts("What is the permanence plan for this child?", _permanence(found, now, view)),
        dates(
            "Date of Last IRO Visit / Contact to the Child",
            view.lately(key, "reviewing officer", 120, start, end),
        ),
        dates("Date of Last Health Assessment", _latest_check(view, HEALTH, found)),
        dates("Date of Last Dental Check", _latest_check(view, DENTAL, found)),
        numbers("Number of Placements in the Last 12 months", _placements_in_year(view, found)),
        dates("Date Ceased to be Looked After", end),
        texts(
            "Reason Ceased to be Looked After",
            options.spelled(np.where(end < NEVER, found["reason"], ""), options.CEASE),
        ),
        *_placement_columns(now, view),
        *_missing_columns(found, view),
        *view.worker_columns(child),
    ]
    return Sheet("List 8", tuple(columns), key, found["entered"].to_numpy())


def _latest_episodes(view: View) -> pd.DataFrame:
    """The latest episode of each stay that began by the as-at date, and since when it has had its legal status."""
    episodes = view.history.placements
    episodes = episodes[(episodes["start"] <= view.as_at) & (episodes["entered"] <= view.known_on)]
    changed = (episodes["period"] != episodes["period"].shift()) | (
        episodes["legal"] != episodes["legal"].shift()
    )
    since = episodes["start"].where(changed).ffill().astype(np.int64)
    return (
        episodes.assign(legal_since=since)
        .drop_duplicates("period", keep="last")
        .set_index("period")
    )


def _latest_check(view: View, kind: int, found: pd.DataFrame) -> Days:
    checks = view.history.checks
    checks = checks[(checks["kind"] == kind) & (checks["day"] <= view.as_at)]
    latest = checks.groupby("period")["day"].max()
    return latest.reindex(found["period"]).fillna(NEVER).to_numpy().astype(np.int64)


def _placements_in_year(view: View, found: pd.DataFrame) -> np.ndarray:
    episodes = view.history.placements
    here = episodes[(episodes["start"] <= view.as_at) & (episodes["end"] >= view.year_start)]
    count = here.groupby("period")["move"].nunique()
    return count.reindex(found["period"]).fillna(1).to_numpy()


def _permanence(found: pd.DataFrame, now: pd.DataFrame, view: View) -> np.ndarray:
    """The plan for the child, once there is one; it turns out as planned."""
    outcome = found["outcome"].to_numpy()
    is_residential = now["place"].isin(RESIDENTIAL).to_numpy()
    is_older = ages(found["birth"].to_numpy(), view.as_at) >= INDEPENDENT_AGE
    stays = np.select([is_residential, is_older], ["residential", "independence"], "fostering")
    plan = np.select(
        [outcome == HOME, outcome == GUARDIAN, outcome == ADOPTED, outcome == ADULTHOOD],
        ["home", "guardian", "adopted", stays],
        "none",
    )
    is_early = view.as_at - found["start"].to_numpy() < PERMANENCE_AFTER_DAYS
    return options.spelled(np.where(is_early, "none", plan), options.PERMANENCE)


def _placement_columns(now: pd.DataFrame, view: View) -> list[Column]:
    key = now["place_key"].to_numpy().astype(np.uint64)
    level = view.uniform(key, "where")
    inside = level < 0.45
    provider = np.char.add("SYN", (level * 900 + 100).astype(int).astype(str)).astype(object)
    # ZZ99 is the code of no place in the postcode directory.
    postcode = np.array([f"ZZ99 {int(number * 9) + 1}ZZ" for number in level], dtype=object)
    return [
        dates("Start Date of Most Recent Placement", now["placed_on"].to_numpy().astype(np.int64)),
        texts("Placement Type", options.spelled(now["place"].to_numpy(), options.PLACEMENT)),
        texts("Placement Provider", options.spelled(now["provider"].to_numpy(), options.PROVIDER)),
        texts("Placement postcode", postcode),
        texts("URN of Placement", np.where(now["place"].isin(RESIDENTIAL), provider, "")),
        texts("Placement Location", options.LOCATION[inside.astype(int)]),
        texts("LA of Placement", np.where(inside, view.history.area.name, "Elsewhere")),
    ]


def _missing_columns(found: pd.DataFrame, view: View) -> list[Column]:
    incidents = view.known(view.history.incidents, "start")
    recent = incidents[incidents["end"] >= view.year_start]
    counts = {
        kind: recent[recent["kind"] == kind]
        .groupby("period")
        .size()
        .reindex(found["period"])
        .fillna(0)
        .to_numpy()
        for kind in ("M", "A")
    }
    went = counts["M"] > 0
    # One conversation per month of the last incident.
    last = (
        incidents.groupby("period")["start"]
        .max()
        .reindex(found["period"])
        .fillna(0)
        .to_numpy()
        .astype(np.int64)
    )
    level = view.uniform(found["key"].to_numpy() ^ months_of(last).astype(np.uint64), "interview")
    offered = level < 0.9
    accepted = level < 0.6
    return [
        numbers(
            "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
            counts["M"],
        ),
        numbers(
            "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
            counts["A"],
        ),
        texts(
            "Was the child offered a Return Interview after their last missing episode (Y/N)?",
            np.where(went, options.YES_NO[offered.astype(int)], ""),
        ),
        texts(
            "Did the child accept a Return Interview after their last missing episode (Y/N)?",
            np.where(went & offered, options.YES_NO[accepted.astype(int)], ""),
        ),
    ]
