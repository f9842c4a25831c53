"""Write the extracts of simulated authorities into a landing folder; nothing else is known here.

    landing/<area>/annex_a/<YYYY-MM>/Annex A.xlsx   every month
    landing/<area>/ssda903/<YYYY-MM>/*.csv          each March (the year-end return) and the last month
    landing/<area>/cin_census/<YYYY-MM>/CIN.xml     the same months as the return
    landing/<area>/<education source>/..., landing/national/...    `education/write.py` says which and when
    landing/<area>/<source>/<YYYY-MM>/_SYNTHETIC    says which files of the folder are invented

The same seed, months and last month give the same bytes; a month is the same whether more are written or not.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from orchestration.demo.adoption_lists import adopters, adoption_cases
from orchestration.demo.areas import Area, choose_areas
from orchestration.demo.care_lists import children_in_care
from orchestration.demo.case_lists import children_in_need, protection_plans
from orchestration.demo.census import census_xml
from orchestration.demo.days import is_march, month_text, parse_month
from orchestration.demo.draws import Draws
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.write import (
    EducationExtract,
    education_extracts,
    national_extracts,
    write_education,
    write_national,
)
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
from orchestration.demo.returns import YEAR_END_WEEKS, files_of
from orchestration.demo.sheets import Sheet
from orchestration.demo.view import View
from orchestration.demo.workbook import NOTICE, write_workbook
from orchestration.intake.marks import write_mark
from orchestration.settings import DEFAULT_HOME_AREA

LISTS: tuple[Callable[[View], Sheet], ...] = (
    contacts, early_help, referrals, assessments, enquiries, children_in_need, protection_plans,
    children_in_care, leaving_care, adoption_cases, adopters,
)  # fmt: skip
STEP = "Demo extracts"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Extract:
    """One submission to write: which source and month."""

    source: str
    month: int

    def folder(self, landing: Path, area: Area) -> Path:
        return landing / area.code / self.source / month_text(self.month)


def write_demo(  # noqa: PLR0913 -- one for each thing that a demo is asked for
    folder: Path,
    *,
    seed: int,
    months: int,
    last: str,
    areas: int = 1,
    home: str = DEFAULT_HOME_AREA,
    progress: Progress,
) -> None:
    """Write so many months up to `last` ('YYYY-MM') for so many authorities, `home` first, into `folder`/landing.

    Raises ValueError for a month before 2012-04, and for authorities that there are not.
    """
    last_month = parse_month(last)
    first_month = last_month - months + 1
    if months < 1 or first_month < EARLIEST_MONTH:
        raise ValueError(
            f"the first month must be {month_text(EARLIEST_MONTH)} or later, and months at least 1"
        )
    chosen = choose_areas(areas, seed, home)
    landing = folder / "landing"
    landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    national = national_extracts(first_month, last_month)
    total = len(chosen) * _number_of_extracts(first_month, last_month) + len(national)
    progress(STEP, 0, total)
    written = _written_one_by_one if len(chosen) == 1 else _written_side_by_side
    done = 0
    for done, _ in enumerate(written(landing, chosen, seed, first_month, last_month), start=1):
        progress(STEP, done, total)
    drawn = [(area, Draws(seed, area.code)) for area in chosen]
    for number, extract in enumerate(national, start=done + 1):
        write_national(landing, drawn, extract)
        progress(STEP, number, total)


def _number_of_extracts(first_month: int, last_month: int) -> int:
    return len(extracts_of(first_month, last_month)) + len(
        education_extracts(first_month, last_month)
    )


def write_area(
    landing: Path, history: History, first_month: int, last_month: int
) -> Iterator[Extract | EducationExtract]:
    """Write every extract of a simulated authority; yields each when it is written."""
    for extract in extracts_of(first_month, last_month):
        write_extract(landing, history, extract)
        yield extract
    schooling = Schooling(history)
    for of_education in education_extracts(first_month, last_month):
        write_education(landing, schooling, of_education)
        yield of_education


def _written_one_by_one(
    landing: Path, areas: list[Area], seed: int, first_month: int, last_month: int
) -> Iterator[Extract | EducationExtract]:
    for area in areas:
        history = simulate(area, seed, first_month, last_month)
        yield from write_area(landing, history, first_month, last_month)


def _written_side_by_side(
    landing: Path, areas: list[Area], seed: int, first_month: int, last_month: int
) -> Iterator[Extract | EducationExtract]:
    """The same with an authority per core."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [
            pool.submit(_write_whole_area, landing, area, seed, first_month, last_month)
            for area in areas
        ]
        for job in as_completed(jobs):
            yield from job.result()


def _write_whole_area(
    landing: Path, area: Area, seed: int, first_month: int, last_month: int
) -> list[Extract | EducationExtract]:
    return list(_written_one_by_one(landing, [area], seed, first_month, last_month))


def extracts_of(first_month: int, last_month: int) -> list[Extract]:
    """A workbook every month, a return and a census each March and in the last month."""
    every = range(first_month, last_month + 1)
    returns = [month for month in every if is_march(month) or month == last_month]
    return [
        *(Extract("annex_a", month) for month in every),
        *(Extract("ssda903", month) for month in returns),
        *(Extract("cin_census", month) for month in returns),
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
    elif extract.source == "cin_census":
        text = census_xml(_year_so_far(history, extract.month), NOTICE)
        (target / "CIN.xml").write_text(text, encoding="utf-8", newline="")
    else:
        _write_return(target, _year_so_far(history, extract.month))
    write_mark(target)


def lists_of(history: History, month: int) -> list[Sheet]:
    """The eleven lists of a month, with their faults."""
    view = View(history, month)
    planter = Planter(history.draws, view.as_at)
    return [planter.plant(build(view)) for build in LISTS]


def _year_so_far(history: History, month: int) -> View:
    """What a yearly return made up for this month is made from."""
    view = View(history, month)
    return View(history, month, view.as_at + 7 * YEAR_END_WEEKS) if is_march(month) else view


def _write_return(target: Path, view: View) -> None:
    for name, frame in files_of(view).items():
        text = frame.to_csv(index=False, lineterminator="\r\n")
        (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
