"""Annex A lists 6 and 7: children in need, child protection plans."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities, options
from orchestration.demo.days import NEVER, Days
from orchestration.demo.draws import Draws, Keys, keys_of
from orchestration.demo.sheets import Column, Sheet, dates, numbers, texts
from orchestration.demo.view import View

FIRST_CONFERENCE_REVIEW_DAYS, CONFERENCE_REVIEW_DAYS = 85, 175
MOST_CONFERENCE_REVIEWS, PLAN_VISIT_DAYS = 12, 14


def _status(found: pd.DataFrame, view: View) -> np.ndarray:
    """What each open case is now; the later service wins."""
    plans = view.known(view.history.plans, "day")
    on_plan = plans.loc[plans["end"] > view.as_at, "child"]
    assessments = view.known(view.history.assessments, "day")
    assessed = assessments.loc[assessments["end"] > view.as_at, "child"]
    child = found["child"]
    status = np.select(
        [
            found["end"] <= view.as_at,
            child.isin(view.in_care),
            child.isin(on_plan),
            child.isin(assessed),
        ],
        ["closed", "care", "plan", "assessment"],
        "need",
    )
    return options.spelled(status, options.CASE_STATUS)


def children_in_need(view: View) -> Sheet:
    """List 6: cases open now, or closed in the six months."""
    found = view.open_or_ended(view.known(view.history.cin_episodes, "day")).sort_values(
        ["day", "key"]
    )
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    start, end = found["day"].to_numpy(), found["end"].to_numpy()
    is_closed = end < NEVER
    columns: list[Column] = [
        *view.child_columns(child),
        view.disability(child),
        dates("CIN Start Date", start),
        texts("Primary Need Code", options.spelled(found["need"].to_numpy(), options.NEED)),
        dates("Date Child Was Last Seen", view.lately(key, "last seen", 42, start, end)),
        dates("CIN Closure Date", end),
        texts(
            "Reason for Closure",
            options.spelled(np.where(is_closed, found["reason"], ""), options.CLOSURE),
        ),
        texts("Case Status", _status(found, view)),
        *view.worker_columns(child),
    ]
    return Sheet("List 6", tuple(columns), key, found["entered"].to_numpy())


def plan_reviews(key: Keys, start: Days, draws: Draws) -> np.ndarray:
    """The days of the review conferences of plans, a row each: after three months, then every six, some late."""
    held = []
    for number in range(MOST_CONFERENCE_REVIEWS):
        own = keys_of(key, number)
        is_late = draws.chance(own, "plan review late", intensities.PLAN_REVIEWS_LATE)
        late = draws.days(own, "plan review days late", intensities.PLAN_REVIEW_LATE_DAYS)
        due = start + FIRST_CONFERENCE_REVIEW_DAYS + number * CONFERENCE_REVIEW_DAYS
        held.append(due + np.where(is_late, late, 0))
    return np.stack(held, axis=1)


def _latest_review(key: Keys, start: Days, until: Days, draws: Draws) -> Days:
    """The latest review conference of a plan; NEVER before the first."""
    held = plan_reviews(key, start, draws)
    latest = np.where(held <= until[:, None], held, -NEVER).max(axis=1)
    return np.where(latest > 0, latest, NEVER)


def protection_plans(view: View) -> Sheet:
    """List 7: plans open now, or ended in the six months."""
    found = view.open_or_ended(view.known(view.history.plans, "day")).sort_values(["day", "key"])
    key, child = found["key"].to_numpy(), found["child"].to_numpy()
    start, end = found["day"].to_numpy(), found["end"].to_numpy()
    placements = view.history.placements
    emergencies = placements.loc[
        (placements["legal"] == "L1") & view.in_window(placements["start"]), "child"
    ]
    alone = (view.uniform(key, "seen alone") < 0.78).astype(int)
    reviewed = _latest_review(key, start, np.minimum(end, view.as_at), view.history.draws)
    columns: list[Column] = [
        *view.child_columns(child),
        view.disability(child),
        dates("Child Protection Plan Start Date", start),
        texts(
            "Initial Category of Abuse",
            options.spelled(found["first_category"].to_numpy(), options.ABUSE),
        ),
        texts(
            "Latest Category of Abuse", options.spelled(view.latest_category(found), options.ABUSE)
        ),
        dates(
            "Date of the Last Statutory Visit",
            view.lately(key, "visit", PLAN_VISIT_DAYS, start, end, intensities.PLAN_VISITS_LATE),
        ),
        texts("Was the Child Seen Alone?", options.YES_NO[alone]),
        dates("Date of latest review conference", reviewed),
        dates("Child Protection Plan End Date", end),
        texts(
            "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
            options.YES_NO[np.isin(child, emergencies).astype(int)],
        ),
        numbers("Number of Previous Child Protection Plans", found["earlier_plans"]),
        *view.worker_columns(child),
    ]
    return Sheet("List 7", tuple(columns), key, found["entered"].to_numpy())
