"""What a simulated authority comes to by its own life histories, beside what Barnet published.

    python -m tests.benchmarks.world --seeds 1 2 3 4 5

A quick look while intensities are moved: seconds per seed, no files, no job, nothing entered late. The word
that counts is `calibration.py`, which reads the published warehouse. It lives outside the generator, which
must not know these figures (tests/fixtures/published_barnet.csv).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from orchestration.demo.areas import Area, choose_areas
from orchestration.demo.care import GUARDIAN
from orchestration.demo.days import (
    NEVER,
    ages,
    as_dates,
    first_day,
    parse_month,
    working_calendar,
)
from orchestration.demo.history import History, simulate
from orchestration.demo.incidents import DENTAL, HEALTH
from orchestration.demo.leaving_care import birthdays_in_year, leavers, served_until
from orchestration.demo.view import View

YEARS = (2023, 2024, 2025)
EET = ("F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5")
AGED_OUT = "E15"
# Published for Barnet, years ending March 2023, 2024, 2025; adoption: England, as a guide.
PUBLISHED: dict[str, tuple[float | None, ...]] = {
    "referrals": (306.8, 305.8, 293.1), "re-referrals %": (15.3, 13.2, 14.8), "NFA referrals": (None, None, 245),
    "assessments": (None, None, None), "assessed in 45 %": (61.4, 61.7, 65.2), "section 47": (97.1, 86.1, 86.9),
    "conferences": (36.7, 31.5, 29.5), "conferences in 15 %": (85.0, 75.1, 82.7),
    "in need": (209.5, 244.7, 210.8), "in need, lists": (209.5, 244.7, 210.8), "plans": (31.2, 27.2, 24.0),
    "plans started": (300, 266, 228), "plans again %": (12.7, 20.7, 11.8), "plans 2 years %": (5.9, 4.4, 5.5),
    "looked after": (36, 35, 37), "care started": (186, 193, 162), "care ceased": (188, 194, 150),
    "incidents": (None, None, None), "missing %": (15, 17, 10), "away %": (0, 0, 0), "in care 12 months": (202, 208, 212),
    "dental %": (70, 76, 83), "health %": (90, 91, 84), "adopted %": (4, 4, 7), "adopted": (7, 8, 11),
    "guardian %": (11, 11, 7), "guardian": (21, 22, 11), "ceased 16 and over": (94, 111, None),
    "stayed to 18 %": (83.0, 81.1, 90.2), "care leavers 19-21": (250, 248, 268), "EET %": (56, 69, 64),
    "A10 days": (578, 578, 578), "A2 days": (None, None, None), "neglect %": (48, 48, 48),
}  # fmt: skip


class Year:
    """One authority's financial year."""

    def __init__(self, history: History, area: Area, year: int) -> None:
        self.history, self.year = history, year
        month = parse_month(f"{year}-03")
        self.view = View(history, month, NEVER - 1)
        self.first, self.last = first_day(month - 11), self.view.as_at
        self.population = float(area.children_in(np.array([year - 1]))[0])

    def within(self, days: pd.Series) -> pd.Series:
        return (days >= self.first) & (days <= self.last)

    def rate(self, count: float) -> float:
        return count / self.population * 10_000

    def figures(self) -> Iterator[tuple[str, float]]:
        yield from self._front_door()
        yield from self._protection()
        yield from self._care()
        yield from self._leaving()

    def _front_door(self) -> Iterator[tuple[str, float]]:
        referrals = self.history.referrals.drop_duplicates(["child", "day"])
        referrals = referrals.sort_values(["child", "day"])
        since = referrals["day"] - referrals.groupby("child")["day"].shift()
        here = self.within(referrals["day"])
        yield "referrals", self.rate(here.sum())
        yield "re-referrals %", 100 * (since[here] <= 365).mean()
        yield "NFA referrals", referrals["is_nfa"][here].sum()
        done = self.history.assessments[self.within(self.history.assessments["end"])]
        yield "assessments", self.rate(len(done))
        yield "assessed in 45 %", 100 * (working_days(done["day"], done["end"]) <= 45).mean()
        enquiries = self.history.enquiries.drop_duplicates(["child", "day"])
        yield "section 47", self.rate(self.within(enquiries["day"]).sum())
        yield from self._conferences(referrals)
        yield from self._in_need()

    def _conferences(self, referrals: pd.DataFrame) -> Iterator[tuple[str, float]]:
        own = self.history.enquiries[["child", "day", "conference"]]
        moved = referrals[["child", "day", "transfer_conference"]]
        moved = moved.rename(columns={"transfer_conference": "conference"})
        held = pd.concat([own, moved]).drop_duplicates(["child", "conference"])
        held = held[self.within(held["conference"])]
        yield "conferences", self.rate(len(held))
        in_time = working_days(held["day"], held["conference"]) <= 15
        yield "conferences in 15 %", 100 * in_time.mean()

    def _in_need(self) -> Iterator[tuple[str, float]]:
        cases, last = self.history.cin_episodes.set_index("key"), self.last
        until = served_until(self.view).reindex(cases.index).fillna(0)
        is_open = (cases["day"] <= last) & (np.maximum(cases["end"], until) > last)
        yield "in need", self.rate(cases.loc[is_open, "child"].nunique())
        found = leavers(self.view)
        former = set(found.loc[found["category"] == "former", "child"])
        listed = set(cases.loc[(cases["day"] <= last) & (cases["end"] > last), "child"])
        yield "in need, lists", self.rate(len(listed | former | set(self.view.in_care)))

    def _protection(self) -> Iterator[tuple[str, float]]:
        plans, last = self.history.plans, self.last
        now = plans[(plans["day"] <= last) & (plans["end"] > last)]
        yield "plans", self.rate(now["child"].nunique())
        yield "neglect %", 100 * (now["latest_category"] == "NEG").mean()
        started = plans[self.within(plans["day"])]
        yield "plans started", len(started)
        yield "plans again %", 100 * (started["earlier_plans"] > 0).mean()
        ended = plans[self.within(plans["end"])]
        yield "plans 2 years %", 100 * (ended["end"] - ended["day"] >= 730).mean()

    def _care(self) -> Iterator[tuple[str, float]]:
        stays = self.history.periods[~self.history.periods["is_short_break"]]
        now = stays[(stays["start"] <= self.last) & (stays["end"] > self.last)]
        yield "looked after", self.rate(now["child"].nunique())
        yield "care started", self.within(stays["start"]).sum()
        ceased = stays[self.within(stays["end"])].sort_values("end")
        ceased = ceased.drop_duplicates("child", keep="last")
        yield "care ceased", len(ceased)
        adopted = ceased["reason"].isin(["E11", "E12"])
        guardian = (ceased["outcome"] == GUARDIAN) & (ceased["reason"] != "E41")
        for name, found in (("adopted", adopted), ("guardian", guardian)):
            yield name, found.sum()
            yield f"{name} %", 100 * found.mean()
        yield from self._in_the_year(stays)
        yield from self._checks(now[now["start"] <= self.first])
        age = ages(ceased["birth"].to_numpy(), ceased["end"].to_numpy())
        older = (age >= 16) & (ceased["reason"] != AGED_OUT).to_numpy()
        yield "ceased 16 and over", older.sum()
        yield "stayed to 18 %", 100 * (age[older] >= 18).mean()
        yield from self._adoptions(stays)

    def _in_the_year(self, stays: pd.DataFrame) -> Iterator[tuple[str, float]]:
        here = stays[(stays["start"] <= self.last) & (stays["end"] >= self.first)]
        incidents = self.history.incidents
        incidents = incidents[(incidents["start"] <= self.last) & (incidents["end"] >= self.first)]
        yield "incidents", len(incidents)
        for name, kind in (("missing %", "M"), ("away %", "A")):
            went = incidents.loc[incidents["kind"] == kind, "child"]
            yield name, 100 * np.isin(here["child"].unique(), went).mean()

    def _checks(self, whole: pd.DataFrame) -> Iterator[tuple[str, float]]:
        yield "in care 12 months", len(whole)
        checks = self.history.checks[self.within(self.history.checks["day"])]
        young = ages(whole["birth"].to_numpy(), self.last) < 5
        for name, kind in (("dental %", DENTAL), ("health %", HEALTH)):
            last = checks[checks["kind"] == kind].groupby("period")["day"].max()
            last = last.reindex(whole.index).fillna(0).to_numpy()
            half = kind == HEALTH
            since = np.where(young & half, first_day(self.view.month - 5), self.first)
            yield name, 100 * (last >= since).mean()

    def _adoptions(self, stays: pd.DataFrame) -> Iterator[tuple[str, float]]:
        three_years = first_day(self.view.month - 35)
        done = stays[(stays["adoption"] >= three_years) & (stays["adoption"] <= self.last)]
        moved = np.minimum(done["placed"], done["early_placement"])
        yield "A10 days", (moved - done["start"]).mean()
        yield "A2 days", np.maximum(done["match"] - done["order"], 0).mean()

    def _leaving(self) -> Iterator[tuple[str, float]]:
        found = birthdays_in_year(self.view, self.first)
        age = ages(found["birth"].to_numpy(), found["birthday"].to_numpy())
        found = found[(age >= 19) & ~found["in_touch"].isin(["DIED", "RHOM"]).to_numpy()]
        yield "care leavers 19-21", len(found)
        yield "EET %", 100 * found["activity"].isin(EET).mean()


def working_days(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Working days after the start, up to and including the end."""
    after = as_dates(start.to_numpy() + 1), as_dates(end.to_numpy() + 1)
    return np.busday_count(*after, busdaycal=working_calendar())


def figures_of(area: Area, seed: int) -> pd.DataFrame:
    """Every figure of three years under one seed."""
    history = simulate(area, seed, parse_month("2022-04"), parse_month("2025-03"))
    rows = [
        (name, year, float(value), seed)
        for year in YEARS
        for name, value in Year(history, area, year).figures()
    ]
    return pd.DataFrame(rows, columns=["figure", "year", "value", "seed"])


def show(figures: pd.DataFrame) -> None:
    """One line per figure: what was published, and the mean over the seeds with its spread."""
    table = Table(
        title=f"Mean over {figures['seed'].nunique()} seeds (standard deviation); published"
    )
    for heading in ("figure", *map(str, YEARS)):
        table.add_column(heading)
    for name, of_figure in figures.groupby("figure", sort=False):
        cells = []
        for place, (_, found) in enumerate(of_figure.groupby("year")):
            mean, spread = found["value"].mean(), found["value"].std()
            wanted = PUBLISHED[str(name)][place]
            off = f" {100 * (mean / wanted - 1):+.0f}%" if wanted else ""
            cells.append(f"{mean:.1f} ({spread:.1f}) {'' if wanted is None else wanted}{off}")
        table.add_row(str(name), *cells)
    Console(width=120).print(table)


def main() -> None:
    """Simulate the seeds one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    area = choose_areas(1, 1)[0]
    show(pd.concat([figures_of(area, seed) for seed in parser.parse_args().seeds]))


if __name__ == "__main__":
    main()
