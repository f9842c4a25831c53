"""The intruder's calculation: from everything printed, between which bounds does each withheld count lie?

Linear programmes: the unknown quantities are not negative and obey the relations of the pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, lil_array

from orchestration.reports.disclosure.pack import Name, Pack, parts_of
from orchestration.reports.disclosure.rules import LEAST_SAFE_COUNT, AttackFailed, is_small

# Of a linear programme's answers; counts are whole.
TOLERANCE = 1e-6
# An upper bound for what has none; above every count of a council.
NO_BOUND = 1e7
COPIES_AT_ONCE = 60


@dataclass(frozen=True)
class Breach:
    """A withheld count that an intruder can calculate, or narrow down too far."""

    quantity: Name
    amount: float
    low: float
    high: float

    @property
    def is_pinned(self) -> bool:
        """The count itself is known."""
        return self.high - self.low < 1 - TOLERANCE


@dataclass(frozen=True)
class _Puzzle:
    """A part of a pack with what is known moved to the right-hand side."""

    unknown: list[Name]
    matrix: csr_array
    right: np.ndarray


def _puzzle(pack: Pack, known: set[Name]) -> _Puzzle:
    unknown = [name for name in pack.amounts if name not in known]
    column = {name: index for index, name in enumerate(unknown)}
    rows = [r for r in pack.relations if any(name in column for name, _ in r.weights)]
    matrix, right = lil_array((len(rows), len(unknown))), np.zeros(len(rows))
    for row, relation in enumerate(rows):
        for name, weight in relation.weights:
            if name in column:
                matrix[row, column[name]] += weight
            else:
                right[row] -= weight * pack.amounts[name]
    return _Puzzle(unknown, matrix.tocsr(), right)


def bounds_of(
    pack: Pack, known: set[Name], wanted: list[Name]
) -> Iterator[tuple[Name, float, float]]:
    """Least and greatest amount of each wanted quantity that agrees with all that is known."""
    puzzle = _puzzle(pack, known)
    column = {name: index for index, name in enumerate(puzzle.unknown)}
    for start in range(0, len(wanted), COPIES_AT_ONCE):
        some = wanted[start : start + COPIES_AT_ONCE]
        # one programme for all: a copy of the unknowns for each least and each greatest amount
        goals = [(name, sign) for name in some for sign in (1.0, -1.0)]
        size = len(puzzle.unknown)
        cost = np.zeros(size * len(goals))
        for copy, (name, sign) in enumerate(goals):
            cost[copy * size + column[name]] = sign
        found = linprog(
            cost,
            A_eq=block_diag([puzzle.matrix] * len(goals), format="csr")
            if puzzle.right.size
            else None,
            b_eq=np.tile(puzzle.right, len(goals)) if puzzle.right.size else None,
            bounds=(0, NO_BOUND),
            method="highs",
            # looking for simplifications takes as long again as solving what is this small
            options={"presolve": False},
        )
        if found.status != 0:
            raise AttackFailed(f"linear programme ended with status {found.status}")
        for position, name in enumerate(some):
            at = column[name]
            yield name, found.x[2 * position * size + at], found.x[(2 * position + 1) * size + at]


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
    hidden = [figure for figure in part.figures if figure.name in withheld]
    if not hidden:
        return []
    known, guarded = part.known(withheld), part.guarded()
    wanted = set() if only_guarded else {name for one in hidden for name in one.quantities}
    found = []
    # what another figure prints, or an earlier release printed, is no secret any more
    asked = sorted((name for name in wanted | guarded if name not in known), key=str)
    for name, low, high in bounds_of(part, known, asked):
        breach = Breach(name, part.amounts[name], low, high)
        is_too_narrow = (
            name in guarded
            and is_small(breach.amount)
            and (low > 1 + TOLERANCE or high < LEAST_SAFE_COUNT - 1 - TOLERANCE)
        )
        if breach.is_pinned or is_too_narrow:
            found.append(breach)
    return found
