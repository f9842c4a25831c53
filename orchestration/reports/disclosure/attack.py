"""The intruder's calculation: from everything printed, between which bounds does each withheld count lie?

Linear programmes: the unknown quantities are not negative and obey the relations of the pack.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np

from orchestration.reports.disclosure.linear import Rows, programme
from orchestration.reports.disclosure.pack import Name, Pack, parts_of
from orchestration.reports.disclosure.rules import LEAST_SAFE_COUNT, AttackFailed, is_small

# Of a linear programme's answers; counts are whole.
TOLERANCE = 1e-6
# An upper bound for what has none; above every count of a council.
NO_BOUND = 1e7


@dataclass(frozen=True)
class Breach:
    """A withheld count that an intruder can calculate, or narrow down too far."""

    quantity: Name
    amount: float
    low: float
    high: float

    @property
    def is_pinned(self) -> bool:
        """The count itself is known: one whole number lies between the bounds."""
        return math.floor(self.high + TOLERANCE) <= math.ceil(self.low - TOLERANCE)


def bounds_of(
    pack: Pack, known: set[Name], wanted: list[Name]
) -> Iterator[tuple[Name, float, float]]:
    """Least and greatest amount of each wanted quantity that agrees with all that is known."""
    unknown = [name for name in pack.amounts if name not in known]
    column = {name: index for index, name in enumerate(unknown)}
    rows = Rows()
    for relation in pack.relations:
        weights = {column[name]: weight for name, weight in relation.weights if name in column}
        # what is known moves to the right-hand side
        right = sum(
            -weight * pack.amounts[name] for name, weight in relation.weights if name in known
        )
        if weights:
            rows.add(weights, right, right)
    solver = programme(rows, np.zeros(len(unknown)), np.full(len(unknown), NO_BOUND))
    # to simplify what is this small takes longer than solving it, and forgets the last answer
    solver.setOptionValue("presolve", "off")
    for name in wanted:
        low, high = (_extreme(solver, column[name], sign) for sign in (1.0, -1.0))
        yield name, low, high


def _extreme(solver: highspy.Highs, column: int, sign: float) -> float:
    """The least amount of one column, or with -1 the greatest."""
    solver.changeColCost(column, sign)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
        # it lost its way from the last answer: once more from the beginning
        solver.clearSolver()
        solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise AttackFailed(f"linear programme ended with {solver.modelStatusToString(status)}")
    # read before the cost is taken back: that makes the answer void
    found = sign * solver.getInfo().objective_function_value
    solver.changeColCost(column, 0.0)
    return found


def breaches(pack: Pack, withheld: frozenset[Name]) -> list[Breach]:
    """What an intruder learns: withheld counts that are pinned, or small ones whose range misses some of 1 to 5."""
    found: list[Breach] = []
    for part in parts_of(pack):
        found += breaches_of_part(part, withheld)
    return found


def breaches_of_part(
    part: Pack, withheld: frozenset[Name], only_guarded: bool = False
) -> list[Breach]:
    """The same for one part of a pack (`parts_of`), or, sooner done, for its unsafe counts alone."""
    hidden = [figure for figure in part.figures if figure.is_hidden(withheld)]
    if not hidden:
        return []
    known, guarded = part.known(withheld), part.guarded()
    wanted = set() if only_guarded else {name for one in hidden for name in one.quantities}
    # what another figure prints, or an earlier release printed, is no secret any more
    asked = sorted((name for name in wanted | guarded if name not in known), key=str)
    found = []
    for name, low, high in bounds_of(part, known, asked):
        breach = Breach(name, part.amounts[name], low, high)
        is_too_narrow = (
            name in guarded
            and is_small(breach.amount)
            and (low > 1 + TOLERANCE or high < LEAST_SAFE_COUNT - 1 - TOLERANCE)
        )
        if breach.is_pinned or is_too_narrow:
            found.append(breach)
    return _of_this_release(part, found)


def _of_this_release(part: Pack, found: list[Breach]) -> list[Breach]:
    """Those that somebody without this release does not know as well: from DfE, and from earlier ones."""
    asked = [breach.quantity for breach in found]
    without = list(bounds_of(part, part.known_before(), asked)) if asked else []
    return [
        breach
        for breach, (_, low, high) in zip(found, without, strict=True)
        if low < breach.low - TOLERANCE or high > breach.high + TOLERANCE
    ]
