"""Who began in a month and what followed within so many months, as printed, for officers: the explore page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.reports.content import wording
from orchestration.reports.content.figures import NO_VALUE
from orchestration.reports.content.published import Published, read_records
from orchestration.reports.content.rounding import printed, printed_count
from orchestration.warehouse.opening import opened

PLAN = "Cohorts: what followed, month by month"
ABOUT = {
    "referrals": "Of the referrals of each month, the share after which the child reached a step within so many months.",
    "entrants to care": (
        "Of the children who began to be looked after in each month, the share who left care within so many months, and how. "
        "The rest were still looked after."
    ),
}
DEFINITIONS = {
    "referrals": (
        "The first of each step for the child on or after the day of the referral; an assessment counts when it is completed, and "
        "must have begun after the referral. Short breaks are not being looked after. A step counts for each referral before it."
    ),
    "entrants to care": (
        "Periods of care whose start is known, short breaks left out. Returned home is E4A or E4B, adopted E11 or E12, special "
        "guardianship E45 to E48. Who is open in no later extract is left out."
    ),
}
CARE = (
    "A month is followed only where extracts cover every day of it and of the months after its last day. It is of few "
    "children, and chance moves it: read several months together. No document defines cohorts; the steps and months are ours."
)


@dataclass(frozen=True)
class CohortFigure:
    """How many of a month's cohort reached a step within so many months."""

    cohort: str
    month_end: date
    step: str
    step_order: int
    within_months: int
    numerator: float | None
    denominator: float | None
    share: float | None
    status: str
    status_reason: str | None


def read_cohorts(marts: Path, published: Published) -> list[CohortFigure]:
    """The home area's cohorts; none in an edition that has none."""
    sql = (
        "select {columns} from marts.rpt_cohorts as found where found.edition = ? and found.area_code = ?"
        " order by found.cohort desc, found.step_order, found.month_end, found.within_months"
    )
    with opened(marts) as connection:
        return read_records(
            connection, CohortFigure, sql, published.edition, published.home.area_code
        )


def cohort_pages(found: Sequence[CohortFigure]) -> list[dict[str, Any]]:
    """Each cohort as a subject of the explore page."""
    return [
        _page(name, [one for one in found if one.cohort == name])
        for name in dict.fromkeys(one.cohort for one in found)
    ]


def _page(name: str, found: Sequence[CohortFigure]) -> dict[str, Any]:
    held = [one.status_reason for one in found if one.status == "held"]
    said = f" No figures now: {wording.reason(held[0])}." if held else ""
    return {
        "id": f"cohort-{name.replace(' ', '-')}",
        "title": f"{name.capitalize()} followed",
        "plan": PLAN,
        "about": ABOUT[name] + said,
        "cohort": {
            "months": [
                [end.isoformat(), wording.month(end)]
                for end in dict.fromkeys(one.month_end for one in found)
            ],
            "within": list(dict.fromkeys(one.within_months for one in found)),
            "steps": [
                {"name": step, "cells": _cells([one for one in found if one.step == step])}
                for step in dict.fromkeys(one.step for one in found)
            ],
            "about": [["Definition", DEFINITIONS[name]], ["With care", CARE]],
        },
    }


def _cells(found: Sequence[CohortFigure]) -> list[list[list[Any]]]:
    """By month, and in it by the number of months, what is printed and the share for the chart."""
    rows: dict[date, list[list[Any]]] = {}
    for one in found:
        rows.setdefault(one.month_end, []).append(_cell(one))
    return list(rows.values())


def _cell(one: CohortFigure) -> list[Any]:
    if one.share is None or one.numerator is None or one.denominator is None:
        return [NO_VALUE, wording.status_of(one.status).label, None]
    counts = f"{printed_count(one.numerator)} / {printed_count(one.denominator)}"
    return [f"{printed(one.share, 1)}%", counts, one.share]
