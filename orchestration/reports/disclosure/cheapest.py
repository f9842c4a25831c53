"""The least that must be withheld of one part of a pack: an integer programme over its figures.

A count is safe if there are other amounts that agree with all that is printed and in which it is 1, and such in
which it is 5. The programme looks for those amounts and for the figures that must be withheld so that they exist.
What it proposes is attacked like everything else; here nothing is shown to be safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orchestration.reports.disclosure.attack import TOLERANCE, bounds_of
from orchestration.reports.disclosure.linear import Rows, programme
from orchestration.reports.disclosure.pack import Name, Pack
from orchestration.reports.disclosure.rules import LEAST_SAFE_COUNT, is_small

# How far another count may move when a small one moves to 1 or 5: more than that is never needed where relations
# are sums, and a close bound is what makes the programme fast.
REACH = 10.0
# Amounts to look for; beyond them the search takes longer than a report may.
LARGEST_PROGRAMME = 20_000
# Of the search tree. Not a time limit: the same pack gives the same release on every machine.
LARGEST_SEARCH = 2_000
# Of the cost: to prove that nothing is cheaper still takes most of the search.
NEAR_ENOUGH = 0.02


@dataclass(frozen=True)
class _Move:
    """A change of one guarded count that an intruder must believe possible."""

    quantity: Name
    least: float
    most: float


def least_withheld(part: Pack, costs: Mapping[Name, float]) -> frozenset[Name] | None:
    """The figures whose withholding costs least, those that are unsafe by themselves among them.

    None where the part is too large to search or where earlier releases leave no way.
    """
    moves = _moves_of(part)
    if (len(moves) + 1) * len(part.amounts) > LARGEST_PROGRAMME:
        return None
    found = _solve(part, moves, costs)
    if found is None:
        return None
    return frozenset(
        figure.name
        for figure, amount in zip(part.figures, found, strict=False)
        if figure.must_be_withheld or amount > 0.5
    )


def _moves_of(part: Pack) -> list[_Move]:
    """Of a small count to 1 and to 5, of any other that is guarded by one; none where it is printed anyway.

    Nor where it cannot move though nothing of this release is printed.
    """
    printed = {
        name
        for figure in part.figures
        if figure.was_released or not figure.must_be_withheld
        for name in figure.quantities
    }
    guarded = sorted(part.guarded() - printed, key=str)
    found = []
    for name, low, high in bounds_of(part, part.known_before(), guarded):
        amount = part.amounts[name]
        if not is_small(amount):
            if high >= amount + 1:
                found.append(_Move(name, 1.0, REACH))
            continue
        if amount > 1 >= low - TOLERANCE:
            found.append(_Move(name, -amount, 1.0 - amount))
        if amount < LEAST_SAFE_COUNT - 1 <= high + TOLERANCE:
            found.append(_Move(name, LEAST_SAFE_COUNT - 1.0 - amount, REACH))
    return found


def _solve(part: Pack, moves: list[_Move], costs: Mapping[Name, float]) -> list[float] | None:
    """Variables: whether each figure is withheld, then for each move how far every quantity moves with it.

    None where there is no answer.
    """
    n_figures, n_quantities = len(part.figures), len(part.amounts)
    column = {name: position for position, name in enumerate(part.amounts)}
    # in units of the reach: so no constraint mixes large weights with the 0 and 1 of the figures
    down = np.array([-min(amount, REACH) / REACH for amount in part.amounts.values()])
    forced = np.array([float(figure.must_be_withheld) for figure in part.figures])
    bounds = [(forced, np.ones(n_figures))]
    rows = Rows()
    for number, move in enumerate(moves):
        first = n_figures + number * n_quantities
        least, most = down.copy(), np.ones(n_quantities)
        least[column[move.quantity]], most[column[move.quantity]] = (
            move.least / REACH,
            move.most / REACH,
        )
        for relation in part.relations:
            rows.add({first + column[name]: weight for name, weight in relation.weights}, 0, 0)
        for position, figure in enumerate(part.figures):
            for at in {column[name] for name in figure.quantities}:
                if figure.was_released:
                    least[at] = most[at] = 0.0
                elif not figure.must_be_withheld:
                    rows.add({first + at: 1.0, position: -1.0}, -np.inf, 0)
                    rows.add({first + at: 1.0, position: -down[at]}, 0, np.inf)
        bounds.append((least, most))
    least, most = map(np.concatenate, zip(*bounds, strict=True))
    solver = programme(rows, least, most, n_whole=n_figures)
    for position, figure in enumerate(part.figures):
        solver.changeColCost(position, costs[figure.name])
    solver.setOptionValue("mip_max_nodes", LARGEST_SEARCH)
    solver.setOptionValue("mip_rel_gap", NEAR_ENOUGH)
    solver.run()
    solution = solver.getSolution()
    return list(solution.col_value) if solution.value_valid else None
