"""What services send by hand: figures of the older plan once a year, and the progress of the plan's actions."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pandas as pd

from orchestration.demo.days import last_day
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.education import intensities as of_education
from orchestration.demo.education.calendar import day_number, month_of_year, year_of
from orchestration.demo.education.spread import normal
from orchestration.demo.education.texts import iso_days
from orchestration.settings import DBT_FOLDER

FIGURES, ACTIONS = 15, 16  # name their keys among all others
# What each supplier sends: numerator and denominator, or a value alone, as they were in 2022 and how much they
# move in a year. [shape: invented throughout]
RETURNS = {
    "mmr_by_2_pct": ("Public Health", 4_150, 4_980, 40),
    "sen_identified_early_count": ("Early Years", 212, None, 9),
    "schools_confident_sen_pct": ("Cambridge Education", 96, 122, 2),
    "professionals_supported_pct": ("Family Services", 231, 318, 6),
    "sen_independent_living_pct": ("Family Services", 58, 97, 2),
    "young_offenders_eet_pct": ("Youth Justice", 44, 61, 1),
    "temporary_accommodation_households": ("Housing", 1_480, None, -35),
    "exploited_children_ambitious_pct": ("Family Services", None, None, 0),
    "pep_targets_met_pct": ("Virtual School", 148, 214, 3),
    "gang_matrix_count": ("Community Safety", 38, None, -1),
    "gang_matrix_risk_score": ("Community Safety", None, None, 0),
    "camhs_wait_weeks": ("Barnet CCG", 5_130, 540, -90),
}
NOT_ASKED = "No survey was held this year"
RELEASED_BY = "Head of communications (invented)"
# What owners say of indicators each quarter: with whose release, or with nobody's. [shape: invented throughout]
COMMENTS = (
    ("assessments_45_days_pct", "Head of assessment", "Managers look at every assessment on day 30. Two posts are filled in the spring.", RELEASED_BY),
    ("icpc_15_days_pct", "Head of safeguarding", "A third conference chair has started.", RELEASED_BY),
    ("cla_dental_pct", "Head of children in care", "Dentists of the area keep places free each week.", RELEASED_BY),
    ("ehcp_20_weeks_pct", "Head of special educational needs", "More educational psychologists are under contract.", ""),
    ("referrals_repeat_pct", "Head of assessment", "We read a sample of repeat referrals with schools and the police.", ""),
)  # fmt: skip
PROGRESS = {
    "not_started": ("Waiting for the programme board", "Scope to be agreed"),
    "in_progress": (
        "Delivery group met, next steps agreed", "Training reached more teams", "Pilot under way in two localities",
        "Recruitment finished", "Feedback from young people taken up", "Data sharing agreed with partners",
    ),
    "complete": ("Done and handed over to the service", "Finished as planned"),
    "stopped": ("Stopped: funding ended",),
}  # fmt: skip
RISKS = {
    "RED": ("No lead officer since spring", "Funding not confirmed", "Supplier withdrew"),
    "AMBER": ("Staff turnover", "Depends on partners' data", "Behind by a quarter"),
}


def manual_returns(draws: Draws, month: int) -> pd.DataFrame:
    """The figures of the year that ended in March."""
    year = year_of(month)
    rows = []
    for place, (name, given) in enumerate(RETURNS.items()):
        supplier, numerator, denominator, step = given
        level = float(normal(draws.uniform(keys_of(FIGURES, place, year), "figure"))[0])
        moved = (
            None
            if numerator is None
            else max(1, round(numerator + step * (year - 2022) + level * numerator**0.5 / 2))
        )
        if denominator is not None and moved is not None and "pct" in name:
            moved = min(moved, denominator)
        rows.append(
            {
                "indicator_id": name,
                "period_start": f"{year - 1}-04-01",
                "period_end": f"{year}-03-31",
                "numerator": "" if moved is None else moved,
                "denominator": "" if denominator is None else denominator,
                "value": "",
                "supplied_by": supplier,
                "note": NOT_ASKED if moved is None else "",
            }
        )
    return pd.DataFrame(rows)


@cache
def _actions() -> tuple[tuple[str, str], ...]:
    """Every action of the plan with the agency that leads it."""
    with (DBT_FOLDER / "seeds" / "plan_actions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["action_id"], row["lead_agencies"].split(";")[0]) for row in csv.DictReader(file)
        )


def plan_updates(draws: Draws, month: int) -> pd.DataFrame:
    """The progress of each action at the end of a quarter; a few agencies forget some."""
    quarter, as_at = month // 3, last_day(month)
    rows = []
    for place, (action, agency) in enumerate(_actions()):
        now, ever = keys_of(ACTIONS, place, quarter), keys_of(ACTIONS, place)
        if draws.chance(now, "update missing", of_education.UPDATE_MISSING)[0]:
            continue
        status = _status(draws, ever, as_at)
        rag = _rag(draws, ever, now, status)
        rows.append(
            {
                "action_id": action,
                "as_at": str(iso_days(np.array([as_at]))[0]),
                "status": status,
                "rag": rag,
                "progress": _one_of(draws, now, "progress", PROGRESS[status]),
                "risk": _one_of(draws, now, "risk", RISKS.get(rag, ("",))),
                "supplied_by": agency,
                "released_by": RELEASED_BY,
            }
        )
    return pd.DataFrame(rows)


def comments(month: int) -> pd.DataFrame:
    """What owners say of some indicators at the end of a quarter."""
    as_at = str(iso_days(np.array([last_day(month)]))[0])
    columns = ("indicator_id", "supplied_by", "comment", "released_by")
    return pd.DataFrame(COMMENTS, columns=list(columns)).assign(as_at=as_at)


def _status(draws: Draws, ever: np.ndarray, as_at: int) -> str:
    """The status on a day: each action starts, and some are finished or stopped on a day of their own."""
    level = float(draws.uniform(ever, "course of action")[0])
    begins = day_number(2019, 4, 1) + int(draws.uniform(ever, "begins")[0] * 700)
    turns = day_number(2021, 9, 1) + int(draws.uniform(ever, "turns")[0] * 2_400)
    if level > 1 - of_education.ACTION_NOT_STARTED:
        begins = turns
    if as_at < begins:
        return "not_started"
    if as_at < turns:
        return "in_progress"
    if level < of_education.ACTION_STOPPED:
        return "stopped"
    return (
        "complete"
        if level < of_education.ACTION_STOPPED + of_education.ACTION_COMPLETE
        else "in_progress"
    )


def _rag(draws: Draws, ever: np.ndarray, now: np.ndarray, status: str) -> str:
    if status == "complete":
        return "BLUE"
    if status in ("not_started", "stopped"):
        return ""
    # Mostly as in the quarter before: the action's own level, and a little of the quarter's.
    level = 0.75 * draws.uniform(ever, "rag")[0] + 0.25 * draws.uniform(now, "rag")[0]
    edges = np.cumsum(list(of_education.RAGS.values()))
    # The weighted sum of two even draws gathers in the middle; widen it again.
    spread = float(np.clip((level - 0.5) * 1.12 + 0.5, 0.0, 0.999))
    return list(of_education.RAGS)[int(np.searchsorted(edges, spread, side="right").clip(0, 2))]


def _one_of(draws: Draws, key: np.ndarray, label: str, texts: tuple[str, ...]) -> str:
    return texts[int(draws.uniform(key, label)[0] * len(texts))]


def is_quarter_end(month: int) -> bool:
    """March, June, September, December."""
    return month_of_year(month) % 3 == 0
