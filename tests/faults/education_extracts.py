"""One extract of each education source of the simulated Barnet, without the rest of a demo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestration.demo.areas import choose_areas
from orchestration.demo.days import parse_month
from orchestration.demo.draws import Draws
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.write import EducationExtract, write_education, write_national
from orchestration.demo.history import simulate

SEED = 1
LAST = parse_month("2025-03")
MONTHS = {
    "admissions": "2025-03", "attendance": "2025-03", "epep": "2025-01", "ks2": "2024-12", "ks4": "2025-02",
    "manual_returns": "2024-06", "nccis": "2025-03", "plan_updates": "2025-03", "sen2": "2025-03",
}  # fmt: skip
NATIONAL = ("gias", "ofsted_mi")


def write_education_extracts(landing: Path, share: float = 1.0) -> None:
    """Write them into a landing folder; with a share of Barnet's children it takes as much less."""
    [barnet] = choose_areas(1, SEED)
    area = replace(barnet, children={year: n * share for year, n in barnet.children.items()})
    schooling = Schooling(simulate(area, SEED, LAST, LAST))
    for source, month in MONTHS.items():
        write_education(landing, schooling, EducationExtract(source, parse_month(month)))
    for source in NATIONAL:
        write_national(landing, [(area, Draws(SEED, area.code))], EducationExtract(source, LAST))
