"""An intruder who has nothing but the files of public packs (`papers`): calculates with a solver of their own.

Written apart from `orchestration/reports/disclosure`: what hangs together is taken from what the measures are called, and
linear programmes of SciPy say between which bounds each withheld count lies. `truth` is what the restricted edition of a
pack says; only the verdict looks at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.reports.disclosure.definitions import APART, DFE, EVENTS, FLOWS, PART_OF, STOCKS
from tests.reports.disclosure.papers import Cell, Table

NEAR = 1e-6
MOST = 1e6


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


def attack(papers: Sequence[Table], truths: Sequence[Table]) -> list[Found]:
    """What follows from public packs about what each of them withholds; `truths`: the same of the restricted ones.

    What one pack withholds another may print. Where that does not fit, because figures were restated between the two,
    each pack is looked at with what it says itself.
    """
    found: dict[tuple[Cell, float], Found] = {}
    for number, (paper, truth) in enumerate(zip(papers, truths, strict=True)):
        others = [*papers[:number], *papers[number + 1 :]]
        filled = _filled(paper, others)
        for known in (filled, dict(paper)) if filled != paper else (filled,):
            for one in _attack_one(known, paper, truth):
                if not _is_printed(one, papers):
                    found.setdefault((one.cell, one.amount), one)
    return list(found.values())


def withheld_in_all(papers: Iterable[Table]) -> int:
    """How many numbers of measures that count something are withheld by every pack."""
    shown: dict[Cell, bool] = {}
    for paper in papers:
        for cell, amount in paper.items():
            shown[cell] = shown.get(cell, False) or amount is not None
    return sum(not is_shown for is_shown in shown.values())


def _filled(paper: Table, others: Iterable[Table]) -> dict[Cell, float | None]:
    known = dict(paper)
    for other in others:
        known |= {cell: amount for cell, amount in other.items() if known.get(cell) is None}
    return known


def _is_printed(found: Found, papers: Iterable[Table]) -> bool:
    return any(paper.get(found.cell) == found.amount for paper in papers)


def _attack_one(known: Table, paper: Table, truth: Table) -> Iterator[Found]:
    hidden = {cell for cell, amount in paper.items() if amount is None}
    for group in _groups({cell.number for cell in known if cell.number in EVENTS}):
        cells = {cell: amount for cell, amount in known.items() if cell.number in group}
        wanted = {
            cell: truth[cell] for cell in hidden & cells.keys() if truth.get(cell) is not None
        }
        if not wanted:
            continue
        whole = _System(cells, truth)
        # What is assumed of all together may not hold: then each measure by itself.
        apart = [] if whole.is_possible() else [{number} for number in group]
        systems = [
            _System(
                {cell: amount for cell, amount in cells.items() if cell.number in numbers}, truth
            )
            for numbers in apart
        ]
        found = [one for system in (whole, *systems) for one in system.found(wanted)]
        if found:
            # What DfE prints tells by itself whoever has no pack.
            without = set(_System(dict.fromkeys(cells), truth).found(wanted))
            yield from (one for one in found if one not in without)


def _groups(numbers: set[str]) -> Iterator[set[str]]:
    """Measures that have to do with each other, directly or by others."""
    about = {number: {event for event in EVENTS[number] if event} for number in numbers}
    for number, flows in STOCKS.items():
        about.get(number, set()).update(flows)
    near = [set(pair) for pair in (*PART_OF, *APART)]
    rest = set(numbers)
    while rest:
        group: set[str] = set()
        edge = {min(rest)}
        while edge:
            group |= edge
            events = {event for number in group for event in about[number]}
            events |= {event for pair in near if pair & events for event in pair}
            edge = {number for number in rest - group if about[number] & events}
        rest -= group
        yield group


@dataclass
class _Rows:
    """Constraints as they are collected: weights by column, and what they add up to (at most)."""

    data: list[float] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    right: list[float] = field(default_factory=list)

    def add(self, weights: Mapping[int, float], right: float) -> None:
        self.data += weights.values()
        self.column += weights.keys()
        self.row += [len(self.right)] * len(weights)
        self.right.append(right)

    def matrix(self, n_columns: int) -> csr_matrix:
        return csr_matrix((self.data, (self.row, self.column)), shape=(len(self.right), n_columns))


class _System:
    """Unknown counts of events by month, or by period where months do not add up, and what is printed of them."""

    def __init__(self, known: Table, truth: Table) -> None:
        self._columns: dict[object, int] = {}
        self._equal, self._at_most = _Rows(), _Rows()
        self._cells: dict[Cell, dict[int, float]] = {}
        self._printed: list[dict[int, float]] = []
        for cell, shown in known.items():
            weights = self._weights(cell)
            if weights:
                self._cells[cell] = weights
                if shown is not None:
                    self._equal.add(weights, shown)
                    self._printed.append(weights)
        self._shares(known, truth)
        self._subsets()
        self._stocks(known)

    def _weights(self, cell: Cell) -> dict[int, float]:
        """What a printed count is the sum of."""
        numerator, denominator = EVENTS[cell.number]
        event = {"Numerator": numerator, "Denominator": denominator}.get(cell.part)
        if event is None:
            return {}
        whens = cell.months if event in FLOWS and cell.months else [cell.period]
        return {self._column((event, when)): 1.0 for when in whens}

    def _column(self, name: object) -> int:
        return self._columns.setdefault(name, len(self._columns))

    def _beside(self, cell: Cell) -> dict[int, float] | None:
        """The other part of the same share."""
        return self._cells.get(replace(cell, part="Denominator"))

    def _shares(self, known: Table, truth: Table) -> None:
        """A part is no more than its whole, also in each month; of years to March DfE prints the percentage."""
        for cell, few in list(self._cells.items()):
            whole = self._beside(cell)
            if cell.part != "Numerator" or whole is None:
                continue
            for part, all_ in zip(few, whole, strict=True):
                self._at_most.add({part: 1.0, all_: -1.0}, 0.0)
            if cell.number in DFE and _is_of_dfe(cell) and known[cell] is None:
                self._published(cell, few, whole, truth)

    def _published(
        self, cell: Cell, few: Mapping[int, float], whole: Mapping[int, float], truth: Table
    ) -> None:
        """Of counts of 1 to 5 DfE prints nothing."""
        amount, base = truth.get(cell), truth.get(replace(cell, part="Denominator"))
        if amount is None or not base or 0 < amount <= 5 or 0 < base - amount <= 5:
            return
        decimals = DFE[cell.number]
        percentage, half = round(100 * amount / base, decimals), 0.5 * 10**-decimals + NEAR
        for sign, edge in ((1.0, percentage + half), (-1.0, percentage - half)):
            weights: dict[int, float] = defaultdict(float)
            for column in few:
                weights[column] += sign
            for column in whole:
                weights[column] -= sign * edge / 100
            self._at_most.add(weights, 0.0)

    def _subsets(self) -> None:
        whens = defaultdict(dict)
        for name, column in list(self._columns.items()):
            event, when = name  # ty: ignore[not-iterable]
            whens[event][when] = column
        for part, whole in PART_OF:
            for when, column in whens[part].items():
                for other in {when, str(when).replace("at ", "year to ", 1)} & whens[whole].keys():
                    self._at_most.add({column: 1.0, whens[whole][other]: -1.0}, 0.0)
        for first, second, whole in APART:
            for when in whens[first].keys() & whens[second].keys() & whens[whole].keys():
                weights = {
                    whens[first][when]: 1.0,
                    whens[second][when]: 1.0,
                    whens[whole][when]: -1.0,
                }
                self._at_most.add(weights, 0.0)

    def _stocks(self, known: Table) -> None:
        for number, (started, ended) in STOCKS.items():
            counts = {
                cell.end.year * 12 + cell.end.month: shown for cell, shown in known.items()
                if cell.number == number and cell.part == "Numerator" and cell.end is not None
            }  # fmt: skip
            for month, shown in counts.items():
                before = counts.get(month - 1)
                if before is not None and shown is not None:
                    names = ((started, month), (ended, month))
                    if all(name in self._columns for name in names):
                        more, less = (self._columns[name] for name in names)
                        self._equal.add({more: 1.0, less: -1.0}, shown - before)

    def is_possible(self) -> bool:
        """Whether what is assumed agrees with what is printed."""
        return self._extreme({}) is not None

    def found(self, wanted: Mapping[Cell, float | None]) -> Iterator[Found]:
        """The wanted counts that are known, or known too well; and what they leave of their whole."""
        if not self.is_possible():
            return
        for cell, amount in wanted.items():
            weights = self._cells.get(cell)
            if weights is None or amount is None:
                continue
            # What another measure prints of the same event and months is withheld by nobody.
            if weights not in self._printed:
                yield from self._judged(cell, weights, amount)
            whole = self._beside(cell)
            base = wanted.get(replace(cell, part="Denominator"))
            if cell.part == "Numerator" and whole is not None and base is not None:
                left = {**whole, **dict.fromkeys(weights, -1.0)}
                yield from self._judged(replace(cell, part="Rest"), left, base - amount)

    def _judged(self, cell: Cell, weights: Mapping[int, float], amount: float) -> Iterator[Found]:
        least, most = self._extreme(weights), self._extreme(weights, -1.0)
        if least is None or most is None:
            return
        low, high = float(np.ceil(least - NEAR)), float(np.floor(most + NEAR))
        is_small = 1 <= amount <= 5
        if low == high == amount or (low <= amount <= high and is_small and (low > 1 or high < 5)):
            yield Found(cell, amount, low, high)

    def _extreme(self, weights: Mapping[int, float], sign: float = 1.0) -> float | None:
        cost = np.zeros(len(self._columns))
        for column, weight in weights.items():
            cost[column] = sign * weight
        solved = linprog(cost, **self._told)
        return sign * solved.fun if solved.success else None

    @cached_property
    def _told(self) -> dict[str, Any]:
        """The constraints as SciPy takes them."""
        n_columns = len(self._columns)
        told: dict[str, Any] = {"bounds": (0, MOST), "method": "highs"}
        if self._equal.right:
            told |= {"A_eq": self._equal.matrix(n_columns), "b_eq": self._equal.right}
        if self._at_most.right:
            told |= {"A_ub": self._at_most.matrix(n_columns), "b_ub": self._at_most.right}
        return told


def _is_of_dfe(cell: Cell) -> bool:
    if cell.number.startswith("SC") or cell.number == "ED03":
        last = (3, 31) if cell.number.startswith("SC") else (12, 31)
        return cell.end is not None and (cell.end.month, cell.end.day) == last
    return True


Members = Mapping[tuple[str, date | None], frozenset[tuple[str, float]]]
"""Of means, by measure and last day: the records behind each and what they add, as the restricted evidence has them."""


def means_that_tell(
    papers: Sequence[Table], members: Sequence[Members]
) -> list[tuple[Cell, Cell, int]]:
    """Pairs of printed means of windows that overlap, between which one to five records come, go or change."""
    printed: dict[tuple[Cell, frozenset], None] = {}
    for paper, known in zip(papers, members, strict=True):
        for cell, shown in paper.items():
            own = known.get((cell.number, cell.end))
            if cell.part == "Value" and shown is not None and own is not None:
                printed[cell, own] = None
    found = []
    for place, (cell, own) in enumerate(printed):
        for other, theirs in list(printed)[:place]:
            is_one = cell.number == other.number and set(cell.months or [0]) & set(
                other.months or [0]
            )
            few = len({record for record, _ in own ^ theirs})
            if is_one and 0 < few <= 5:
                found.append((cell, other, few))
    return found


def by_kind(found: Iterable[Found]) -> dict[str, int]:
    """How many were calculated, and how many narrowed."""
    exact = [one.is_exact for one in found]
    return {"calculated": sum(exact), "narrowed": len(exact) - sum(exact)}
