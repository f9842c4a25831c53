"""The faults of real extracts, a few per workbook, planted where the record's key says.

A record's fault is in every extract until it is put right some weeks after it was entered. Workers'
names in a code column, codes lost, ends before starts, rows twice, ids that begin with zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.demo import intensities
from orchestration.demo.draws import Draws, keys_of
from orchestration.demo.sheets import Sheet

NOT_AVAILABLE = "#N/A"


@dataclass(frozen=True)
class FaultyColumns:
    """Which headings of a list take which fault."""

    ordered: tuple[str, str] | None = None  # start and end
    codes: tuple[str, ...] = ()
    named: str | None = None


COLUMNS = {
    "List 1": FaultyColumns(codes=("Ethnicity",)),
    "List 2": FaultyColumns(
        ordered=("Assessment start date", "Assessment completion date"),
        named="Organisation completing assessment",
    ),
    "List 3": FaultyColumns(codes=("Ethnicity", "Referral Source")),
    "List 4": FaultyColumns(
        ordered=("Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation"),
        codes=("Does the Child have a Disability",),
    ),
    "List 6": FaultyColumns(
        ordered=("CIN Start Date", "CIN Closure Date"),
        codes=("Primary Need Code", "Ethnicity"),
        named="Primary Need Code",
    ),
    "List 7": FaultyColumns(
        ordered=("Child Protection Plan Start Date", "Child Protection Plan End Date"),
        codes=("Latest Category of Abuse",),
    ),
    "List 8": FaultyColumns(
        ordered=("Date Started to be Looked After", "Date Ceased to be Looked After"),
        codes=("Child's Category of Need", "Ethnicity"),
    ),
    "List 9": FaultyColumns(codes=("Activity Status",)),
}  # fmt: skip


@dataclass(frozen=True)
class Planter:
    """Plants the faults of one extract."""

    draws: Draws
    as_at: int

    def plant(self, sheet: Sheet) -> Sheet:
        """The sheet with its faults."""
        columns = COLUMNS.get(sheet.name)
        if columns is None or not len(sheet.keys):
            return sheet
        if columns.ordered:
            sheet = self._swap(sheet, *columns.ordered)
        for heading in columns.codes:
            lost = self._hit(sheet, f"lost {heading}", intensities.FAULT_LOST_CODE)
            sheet = sheet.with_values(heading, np.where(lost, NOT_AVAILABLE, sheet.values(heading)))
        if columns.named:
            named = self._hit(sheet, "name in code", intensities.FAULT_NAME_IN_CODE)
            names = np.char.add("Worker ", (sheet.keys % 90 + 1).astype(str)).astype(object)
            sheet = sheet.with_values(
                columns.named, np.where(named, names, sheet.values(columns.named))
            )
        return self._repeat(sheet)

    def _hit(self, sheet: Sheet, label: str, share: float) -> np.ndarray:
        """The rows with a fault that has not been put right yet."""
        lasts = self.draws.days(sheet.keys, f"{label} lasts", intensities.FAULT_LASTS_DAYS)
        return self.draws.chance(sheet.keys, label, share) & (sheet.entered + lasts > self.as_at)

    def _swap(self, sheet: Sheet, start: str, end: str) -> Sheet:
        """An end some days before the start, where there is an end."""
        begins, ends = sheet.values(start), sheet.values(end)
        hit = self._hit(sheet, "wrong order", intensities.FAULT_WRONG_ORDER) & (ends <= self.as_at)
        back = 1 + (self.draws.uniform(sheet.keys, "wrong order by") * 12).astype(np.int64)
        return sheet.with_values(end, np.where(hit, begins - back, ends))

    def _repeat(self, sheet: Sheet) -> Sheet:
        """Some rows twice, half of them with another team."""
        twice = self._hit(sheet, "duplicate", intensities.FAULT_DUPLICATE)
        places = np.sort(
            np.concatenate([np.arange(len(twice)), np.flatnonzero(twice)]), kind="stable"
        )
        if not twice.any():
            return sheet
        repeated = sheet.rows(places)
        again = np.concatenate([[False], places[1:] == places[:-1]])
        if "Allocated Team" not in repeated.headings:
            return repeated
        moved = again & (self.draws.uniform(repeated.keys, "moved team") < 0.5)
        teams = np.where(moved, "Assessment Team 1", repeated.values("Allocated Team"))
        return repeated.with_values("Allocated Team", teams)


def with_leading_zeros(ids: np.ndarray, keys: np.ndarray, draws: Draws) -> np.ndarray:
    """Some children came from an older system, whose ids are digits that begin with zeros."""
    old = draws.chance(keys_of(keys, 6), "leading zeros", intensities.FAULT_LEADING_ZEROS)
    return np.where(old, np.array([f"00{child_id[3:]}" for child_id in ids], dtype=object), ids)
