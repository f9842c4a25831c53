"""The education files at a hundred times a borough's size: 400,000 pupils and 2 million school-weeks in one job.

Measured twice, with all rows and with a hundredth of them in as many submissions: the difference is what rows
cost beyond the job's fixed cost. Rows are the demo's, repeated under other pupil numbers and schools.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.demo.areas import choose_areas
from orchestration.demo.days import month_text
from orchestration.demo.education.attendance import school_year_so_far
from orchestration.demo.education.calendar import month_number
from orchestration.demo.education.ks2 import ks2_pupils
from orchestration.demo.education.ks4 import ks4_pupils
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.history import simulate
from orchestration.demo.pupil_numbers import OTHER_PUPILS, pupil_numbers
from orchestration.intake.marks import write_mark
from tests.benchmarks.nights import run_job

SEED, AREA_CODE = 1, "E09000003"
KS2_YEARS, KS4_YEARS = (2018, 2019, 2022, 2023, 2024, 2025, 2026), range(2018, 2027)
ATTENDANCE_YEARS = range(2022, 2027)
PUPILS, SCHOOL_WEEKS = 25_000, 400_000  # rows of a file
SMALL_SHARE = 100
DONE_MONTH = {"ks2": 12, "ks4": 2, "attendance": 7}


def write_inputs(folder: Path, share: int = 1) -> dict[str, int]:
    """Write all submissions, with one row in `share`."""
    last = month_number(2026, 7)
    schooling = Schooling(simulate(choose_areas(1, SEED)[0], SEED, last, last))
    rows = {"pupils": 0, "school_weeks": 0}
    for year in KS2_YEARS:
        frame = ks2_pupils(schooling, year, is_revised=True)
        rows["pupils"] += _write_pupils(folder, "ks2", year, frame, PUPILS // share)
    for year in KS4_YEARS:
        frame = ks4_pupils(schooling, year, is_revised=True)
        frame["p8_adj"] = frame["p8_adj"].where(frame["inp8"] == "0", "0.1")
        rows["pupils"] += _write_pupils(folder, "ks4", year, frame, PUPILS // share)
    for year in ATTENDANCE_YEARS:
        frame = school_year_so_far(schooling, month_number(year, 7))
        wide = _repeated(frame, SCHOOL_WEEKS // share)
        wide["urn"] = wide["urn"] + np.arange(len(wide)) // len(frame) * 1_000
        _write(folder, "attendance", year, wide)
        rows["school_weeks"] += len(wide)
    return rows


def _write_pupils(folder: Path, source: str, year: int, frame: pd.DataFrame, rows: int) -> int:
    wide = _repeated(frame, rows)
    wide["upn"] = pupil_numbers(OTHER_PUPILS, year * 100_000 + np.arange(rows))
    # Published in the year itself (key stage 2) or the next.
    _write(folder, source, year if source == "ks2" else year + 1, wide)
    return rows


def _repeated(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    return frame.iloc[np.arange(rows) % len(frame)].reset_index(drop=True)


def _write(folder: Path, source: str, year: int, frame: pd.DataFrame) -> None:
    month = month_text(month_number(year, DONE_MONTH[source]))
    target = folder / "landing" / AREA_CODE / source / month
    target.mkdir(parents=True)
    frame.to_csv(target / f"{source}.csv", index=False, lineterminator="\r\n")
    write_mark(target)


CASES: dict[str, tuple[int, Callable[[Path], dict[str, Any]]]] = {
    "Education: a hundredth of the rows": (SMALL_SHARE, run_job),
    "Education: 400,000 pupils, 2 million school-weeks": (1, run_job),
}
