"""Annex A lists 6 and 7: children in need, child protection plans."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.demo import intensities, options
from orchestration.demo.days import NEVER, Days
from orchestration.demo.sheets import Column, Sheet, dates, numbers, texts
from orchestration.demo.view import View

FIRST_CONFERENCE_REVIEW_DAYS, CONFERENCE_REVIEW_DAYS = 85, 175
PLAN_REVIEW_LATE_DAYS, PLAN_VISIT_DAYS = 60, 14


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


def _latest_review(start: Days, until: Days) -> Days:
    """The latest review conference of a plan: after three months, then every six; NEVER before the first."""
    n_later = (until - start - FIRST_CONFERENCE_REVIEW_DAYS) // CONFERENCE_REVIEW_DAYS
    latest = start + FIRST_CONFERENCE_REVIEW_DAYS + n_later * CONFERENCE_REVIEW_DAYS
    return np.where(n_later >= 0, latest, NEVER)


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
    # Some reviews of the last weeks have not been held yet.
    late = view.history.draws.chance(key, "review late", intensities.PLAN_REVIEWS_LATE)
    reviewed_until = np.minimum(end, view.as_at) - np.where(late, PLAN_REVIEW_LATE_DAYS, 0)
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
        dates("Date of latest review conference", _latest_review(start, reviewed_until)),
        dates("Child Protection Plan End Date", end),
        texts(
            "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
            options.YES_NO[np.isin(child, emergencies).astype(int)],
        ),
        numbers("Number of Previous Child Protection Plans", found["earlier_plans"]),
        *view.worker_columns(child),
    ]
    return Sheet("List 7", tuple(columns), key, found["entered"].to_numpy())
