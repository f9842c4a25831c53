"""Which education extracts there are in which month, and how they are written.

ks2            September (provisional), December (revised)
ks4            October (provisional, pupils only), February (revised, with results)
admissions     March (secondary), April (primary): the rounds of that September
attendance     December, Easter's month, July, and the last month written
epep           January, May, September: the term before
nccis          December to February, and the last month written
sen2           every quarter, and the last month written
manual_returns June: the year to March
plan_updates   every quarter
gias, ofsted_mi (national)   every third month and August, and the last month written
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from orchestration.demo.areas import Area
from orchestration.demo.days import last_day, month_text
from orchestration.demo.draws import Draws
from orchestration.demo.education import ks2
from orchestration.demo.education.admissions import applications
from orchestration.demo.education.attendance import school_year_so_far
from orchestration.demo.education.calendar import easter_month, month_of_year, year_of
from orchestration.demo.education.epep import plans_of_term
from orchestration.demo.education.faults import with_faults
from orchestration.demo.education.inspections import establishments, latest_inspections
from orchestration.demo.education.ks4 import ks4_pupils, ks4_results
from orchestration.demo.education.nccis import young_people
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.schools import schools_of
from orchestration.demo.education.sen2 import modules_of
from orchestration.demo.education.supplied import (
    comments,
    is_quarter_end,
    manual_returns,
    plan_updates,
)
from orchestration.intake.marks import write_mark

NATIONAL = "national"
FIRST_RESULTS = 2018  # before, GCSEs had letters and Attainment 8 other maxima
Files = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class EducationExtract:
    """One submission to write: which source and month."""

    source: str
    month: int


def _ks2(schooling: Schooling, month: int) -> Files:
    year = year_of(month)
    return {"ks2": ks2.ks2_pupils(schooling, year, is_revised=month_of_year(month) == 12)}


def _ks4(schooling: Schooling, month: int) -> Files:
    if month_of_year(month) == 10:
        return {"ks4_pupil": ks4_pupils(schooling, year_of(month), is_revised=False)}
    year = year_of(month) - 1
    return {
        "ks4_pupil": ks4_pupils(schooling, year, is_revised=True),
        "ks4_results": ks4_results(schooling, year),
    }


def _admissions(schooling: Schooling, month: int) -> Files:
    phase = "SEC" if month_of_year(month) == 3 else "PRI"
    return {"admissions": applications(schooling, phase, year_of(month))}


def _epep(schooling: Schooling, month: int) -> Files:
    term = {1: "AUT", 5: "SPR", 9: "SUM"}[month_of_year(month)]
    return {"epep": plans_of_term(schooling, year_of(month), term, month)}


BUILDERS: dict[str, Callable[[Schooling, int], Files]] = {
    "ks2": _ks2,
    "ks4": _ks4,
    "admissions": _admissions,
    "attendance": lambda schooling, month: {"attendance": school_year_so_far(schooling, month)},
    "epep": _epep,
    "nccis": lambda schooling, month: {"nccis": young_people(schooling, month)},
    "sen2": modules_of,
    "manual_returns": lambda schooling, month: {
        "manual_returns": manual_returns(schooling.draws, month)
    },
    "plan_updates": lambda schooling, month: {
        "plan_updates": plan_updates(schooling.draws, month),
        "comments": comments(month),
    },
}
SOURCES = tuple(BUILDERS)
NATIONAL_SOURCES = ("gias", "ofsted_mi")


def _is_written(source: str, month: int, last_month: int) -> bool:
    """Whether a source has an extract in a month."""
    of_year, year, is_last = month_of_year(month), year_of(month), month == last_month
    return {
        "ks2": of_year in (9, 12) and year >= FIRST_RESULTS and year not in ks2.CANCELLED,
        "ks4": (of_year == 10 and year >= FIRST_RESULTS) or (of_year == 2 and year > FIRST_RESULTS),
        "admissions": of_year in (3, 4),
        "attendance": of_year in (7, 12)
        or month == easter_month(year)
        or (is_last and of_year not in (8, 9)),
        "epep": of_year in (1, 5, 9),
        "nccis": of_year in (12, 1, 2) or is_last,
        "sen2": of_year in (6, 12) or is_last,
        "manual_returns": of_year == 6,
        "plan_updates": is_quarter_end(month),
        "gias": is_quarter_end(month) or of_year == 8 or is_last,
        "ofsted_mi": is_quarter_end(month) or of_year == 8 or is_last,
    }[source]


def education_extracts(first_month: int, last_month: int) -> list[EducationExtract]:
    """What an authority sends in these months."""
    return _extracts(SOURCES, first_month, last_month)


def national_extracts(first_month: int, last_month: int) -> list[EducationExtract]:
    """What is published nationally in these months."""
    return _extracts(NATIONAL_SOURCES, first_month, last_month)


def _extracts(sources: Sequence[str], first_month: int, last_month: int) -> list[EducationExtract]:
    return [
        EducationExtract(source, month)
        for source in sources
        for month in range(first_month, last_month + 1)
        if _is_written(source, month, last_month)
    ]


def write_education(landing: Path, schooling: Schooling, extract: EducationExtract) -> None:
    """Write one submission of an authority."""
    target = landing / schooling.area.code / extract.source / month_text(extract.month)
    for name, frame in BUILDERS[extract.source](schooling, extract.month).items():
        _write(
            target / f"{name}.csv",
            with_faults(frame, extract.source, extract.month, schooling.draws),
        )
    write_mark(target)


def write_national(
    landing: Path, areas: Sequence[tuple[Area, Draws]], extract: EducationExtract
) -> None:
    """Write one national file: the schools of all simulated authorities."""
    day = date(1970, 1, 1) + timedelta(days=last_day(extract.month))
    found = []
    for area, draws in areas:
        schools = schools_of(area, draws)
        found.append(
            establishments(schools, area.dfe_code, extract.month)
            if extract.source == "gias"
            else latest_inspections(schools, draws, extract.month)
        )
    name = (
        f"edubasealldata{day:%Y%m%d}.csv"
        if extract.source == "gias"
        else f"Management_information_-_state-funded_schools_-_latest_inspections_as_at_{day:%d_%b_%Y}.csv"
    )
    target = landing / NATIONAL / extract.source / month_text(extract.month)
    _write(target / name, pd.concat(found))
    write_mark(target)


def _write(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = frame.to_csv(index=False, lineterminator="\r\n")
    path.write_text(text, encoding="utf-8", newline="")
