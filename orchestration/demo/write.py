"""Write the extracts of simulated authorities into a landing folder; nothing else is known here.

    landing/<area>/annex_a/<YYYY-MM>/Annex A.xlsx   every month
    landing/<area>/ssda903/<YYYY-MM>/*.csv          each March (the year-end return) and the last month
    landing/SYNTHETIC                               says that everything here is invented

The same seed, months and last month give the same bytes; a month is the same whether more are written or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.demo.adoption_lists import adopters, adoption_cases
from orchestration.demo.areas import Area, choose_areas
from orchestration.demo.care_lists import children_in_care
from orchestration.demo.case_lists import children_in_need, protection_plans
from orchestration.demo.days import is_march, month_text, parse_month
from orchestration.demo.families import EARLIEST_MONTH
from orchestration.demo.faults import Planter
from orchestration.demo.front_door_lists import (
    assessments,
    contacts,
    early_help,
    enquiries,
    referrals,
)
from orchestration.demo.history import History, simulate
from orchestration.demo.leaving_care import leaving_care
from orchestration.demo.returns import files_of
from orchestration.demo.sheets import Sheet
from orchestration.demo.view import View
from orchestration.demo.workbook import NOTICE, write_workbook
from orchestration.settings import SYNTHETIC_MARK

LISTS: tuple[Callable[[View], Sheet], ...] = (
    contacts, early_help, referrals, assessments, enquiries, children_in_need, protection_plans,
    children_in_care, leaving_care, adoption_cases, adopters,
)  # fmt: skip
# A year-end return is made up some weeks after the year, when late entries have come in.
YEAR_END_WEEKS = 8
STEP = "Demo extracts"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Extract:
    """One submission to write: which source and month."""

    source: str
    month: int

    def folder(self, landing: Path, area: Area) -> Path:
        return landing / area.code / self.source / month_text(self.month)


def write_demo(
    folder: Path,
    *,
    seed: int,
    months: int,
    last: str,
    areas: int = 1,
    progress: Progress,
) -> None:
    """Write so many months up to `last` ('YYYY-MM') for so many authorities into `folder`/landing.

    Raises ValueError for a month before 2012-04, and for more authorities than there are.
    """
    last_month = parse_month(last)
    first_month = last_month - months + 1
    if months < 1 or first_month < EARLIEST_MONTH:
        raise ValueError(
            f"the first month must be {month_text(EARLIEST_MONTH)} or later, and months at least 1"
        )
    chosen = choose_areas(areas, seed)
    landing = folder / "landing"
    landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    (landing / SYNTHETIC_MARK).write_text(f"{NOTICE}\n", encoding="utf-8")
    extracts = extracts_of(first_month, last_month)
    total = len(chosen) * len(extracts)
    progress(STEP, 0, total)
    for place, area in enumerate(chosen):
        history = simulate(area, seed, first_month, last_month)
        for done, extract in enumerate(extracts, start=place * len(extracts) + 1):
            write_extract(landing, history, extract)
            progress(STEP, done, total)


def extracts_of(first_month: int, last_month: int) -> list[Extract]:
    """A workbook every month, a return each March and in the last month."""
    every = range(first_month, last_month + 1)
    returns = [month for month in every if is_march(month) or month == last_month]
    return [
        *(Extract("annex_a", month) for month in every),
        *(Extract("ssda903", month) for month in returns),
    ]


def write_extract(landing: Path, history: History, extract: Extract) -> None:
    """Write one submission."""
    target = extract.folder(landing, history.area)
    target.mkdir(parents=True, exist_ok=True)
    if extract.source == "annex_a":
        write_workbook(
            target / "Annex A.xlsx",
            lists_of(history, extract.month),
            View(history, extract.month).as_at,
        )
    else:
        _write_return(target, history, extract.month)


def lists_of(history: History, month: int) -> list[Sheet]:
    """The eleven lists of a month, with their faults."""
    view = View(history, month)
    planter = Planter(history.draws, view.as_at)
    return [planter.plant(build(view)) for build in LISTS]


def _write_return(target: Path, history: History, month: int) -> None:
    view = View(history, month)
    if is_march(month):
        view = View(history, month, view.as_at + 7 * YEAR_END_WEEKS)
    for name, frame in files_of(view).items():
        text = frame.to_csv(index=False, lineterminator="\r\n")
        (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
