"""An intruder who has nothing but the public workbooks: reads their cells, and calculates with a solver of their own.

Written apart from `orchestration/reports/disclosure`: what hangs together is taken from what the measures are called, and
a linear programme of SciPy says between which bounds each withheld count lies.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

WITHHELD = "[c]"
NEAR = 1e-6
MOST = 1e6
MONTHS = {"year to": 12, "three years to": 36, "at": 0}
# By the number in the plan: the event that the numerator counts, and the one that the denominator counts.
EVENTS = {
    "SC01": ("referral", None), "SC02": ("repeat referral", "referral"),
    "SC03": ("assessment", None), "SC04": ("assessment in time", "assessment"),
    "SC06": ("conference", None), "SC07": ("conference in time", "conference"),
    "SC10": ("repeat plan", "plan started"), "SC11": ("long plan", "plan ended"),
    "SC17": ("adoption", "ceased"), "SC18": ("guardianship", "ceased"), "SC19": ("left at 18", "left at 16"),
    "SC21": (None, "adoption"), "SC22": (None, "adoption"),
}  # fmt: skip
STOCKS = {"SC09": ("plan started", "plan ended")}


@dataclass(frozen=True)
class Cell:
    """A count in a table: of which measure, over which months up to which day."""

    number: str
    part: str
    months: int
    end: date


Table = Mapping[Cell, float | None]
"""None where the count is withheld."""


def read_table(workbook: Path) -> dict[Cell, float | None]:
    """The counts of every period in a workbook of the committee report, those that were never there left out."""
    sheet = openpyxl.load_workbook(workbook, read_only=True)["Periods"]
    rows = list(sheet.iter_rows(values_only=True))
    first = next(place for place, row in enumerate(rows) if row[0] == "Number")
    place = {heading: number for number, heading in enumerate(rows[first])}
    found: dict[Cell, float | None] = {}
    for row in rows[first + 1 :]:
        period = re.fullmatch(r"(.+?) (\d+ \w{3} \d{4})", str(row[place["Period"]]))
        if period is None or period[1] not in MONTHS:
            continue
        end = datetime.strptime(period[2], "%d %b %Y").date()
        for part in ("Numerator", "Denominator"):
            shown = row[place[part]]
            if shown == WITHHELD or isinstance(shown, int | float):
                cell = Cell(row[place["Number"]], part, MONTHS[period[1]], end)
                found[cell] = None if shown == WITHHELD else float(shown)
    return found


def together(tables: Iterable[Table]) -> dict[Cell, float | None]:
    """What somebody knows who kept every paper; the newest says how it is."""
    known: dict[Cell, float | None] = {}
    for table in tables:
        known |= {
            cell: shown
            for cell, shown in table.items()
            if known.get(cell) is None or shown is not None
        }
    return known


@dataclass(frozen=True)
class Found:
    """A withheld count that can be calculated, or one of 1 to 5 of which some can be ruled out."""

    cell: Cell
    amount: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


def attack(
    known: Table, truth: Table, events: Mapping = EVENTS, stocks: Mapping = STOCKS
) -> list[Found]:
    """What follows from the public counts about the withheld ones; `truth`: the restricted counts, to judge it by."""
    found: list[Found] = []
    for group in _groups(events, stocks):
        for names in (group, *([name] for name in sorted(group))):
            system = _System(
                known,
                {n: events[n] for n in names if n in events},
                {n: stocks[n] for n in names if n in stocks},
            )
            if system.is_possible():
                found += system.found(truth)
    return list(dict.fromkeys(found))


def _groups(events: Mapping, stocks: Mapping) -> Iterator[list[str]]:
    """Measures that have an event in common, directly or by others."""
    named = {**events, **stocks}
    rest = set(named)
    while rest:
        group, edge = set(), {min(rest)}
        while edge:
            group |= edge
            about = {event for name in group for event in named[name] if event}
            edge = {name for name in rest - group if about & set(named[name])}
        rest -= group
        yield sorted(group)


class _System:
    """Unknown months, and what is printed of their sums."""

    def __init__(self, known: Table, events: Mapping, stocks: Mapping) -> None:
        self._columns: dict[object, int] = {}
        self._rows: list[tuple[dict[int, float], float]] = []
        self._withheld: dict[Cell, dict[int, float]] = {}
        for cell, shown in known.items():
            if cell.number in events:
                event = events[cell.number][cell.part == "Denominator"]
                if event and cell.months:
                    self._enter(cell, shown, {(event, month): 1.0 for month in _months(cell)})
        self._subsets(known, events)
        self._stocks(known, stocks)

    def _enter(self, cell: Cell, shown: float | None, months: Mapping[object, float]) -> None:
        weights = {self._column(name): weight for name, weight in months.items()}
        if shown is None:
            self._withheld[cell] = weights
        else:
            self._rows.append((weights, shown))

    def _column(self, name: object) -> int:
        return self._columns.setdefault(name, len(self._columns))

    def _subsets(self, known: Table, events: Mapping) -> None:
        """A part is no more than its whole, in each month."""
        for number, (part, whole) in events.items():
            if not (part and whole):
                continue
            for month in {m for cell in known if cell.number == number for m in _months(cell)}:
                weights = {(part, month): 1.0, (whole, month): -1.0, ("rest", part, month): 1.0}
                self._rows.append(
                    ({self._column(name): weight for name, weight in weights.items()}, 0.0)
                )

    def _stocks(self, known: Table, stocks: Mapping) -> None:
        for number, (started, ended) in stocks.items():
            counts = {
                (cell.end.year * 12 + cell.end.month): shown
                for cell, shown in known.items() if cell.number == number and cell.part == "Numerator"
            }  # fmt: skip
            for month, shown in counts.items():
                before = counts.get(month - 1)
                if before is not None and shown is not None:
                    weights = {
                        self._column((started, month)): 1.0,
                        self._column((ended, month)): -1.0,
                    }
                    self._rows.append((weights, shown - before))

    def is_possible(self) -> bool:
        """Whether what the intruder assumes agrees with what is printed."""
        return bool(self._withheld) and self._extreme({}, 1.0) is not None

    def found(self, truth: Table) -> Iterator[Found]:
        printed = [weights for weights, _ in self._rows]
        for cell, weights in self._withheld.items():
            # What another measure prints of the same event and months is withheld by nobody.
            if weights in printed:
                continue
            low, high = (self._extreme(weights, sign) for sign in (1.0, -1.0))
            if low is None or high is None:
                continue
            low, high, amount = np.ceil(low - NEAR), np.floor(high + NEAR), truth[cell]
            is_small = amount is not None and 1 <= amount <= 5
            if amount is not None and (
                low == high == amount or (is_small and (low > 1 or high < 5))
            ):
                yield Found(cell, amount, low, high)

    def _extreme(self, weights: Mapping[int, float], sign: float) -> float | None:
        n_columns = len(self._columns)
        cost, matrix = np.zeros(n_columns), lil_matrix((len(self._rows), n_columns))
        for column, weight in weights.items():
            cost[column] = sign * weight
        for row, (named, _) in enumerate(self._rows):
            for column, weight in named.items():
                matrix[row, column] = weight
        totals = [total for _, total in self._rows]
        solved = linprog(cost, A_eq=matrix.tocsr(), b_eq=totals, bounds=(0, MOST), method="highs")
        return sign * solved.fun if solved.success else None


def _months(cell: Cell) -> list[int]:
    last = cell.end.year * 12 + cell.end.month
    return list(range(last - cell.months + 1, last + 1))


def by_kind(found: Iterable[Found]) -> dict[str, int]:
    """How many were calculated, and how many narrowed."""
    counts: dict[str, int] = defaultdict(int)
    for one in found:
        counts["calculated" if one.is_exact else "narrowed"] += 1
    return {"calculated": counts["calculated"], "narrowed": counts["narrowed"]}
