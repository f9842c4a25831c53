"""Secondary suppression: withhold further figures until the intruder's calculation finds nothing."""

from __future__ import annotations

from orchestration.reports.disclosure.attack import Breach, _breaches_of_part
from orchestration.reports.disclosure.pack import Name, Pack, Printed, parts_of

# A count below it costs its readers little; above it only where nothing else helps.
SPARED_FROM = 10


class CannotProtect(Exception):
    """Everything that could be withheld is, and the intruder still learns something."""


def primary(pack: Pack) -> frozenset[Name]:
    """The figures that are unsafe by themselves."""
    return frozenset(figure.name for figure in pack.figures if figure.is_unsafe)


def protect(pack: Pack) -> frozenset[Name]:
    """Names of all figures to withhold; raises CannotProtect."""
    withheld: set[Name] = set()
    for part in parts_of(pack):
        withheld |= _protect_part(part)
    return frozenset(withheld)


def _protect_part(part: Pack) -> frozenset[Name]:
    withheld = primary(part)
    while found := _breaches_of_part(part, withheld):
        withheld |= {_next_to_withhold(part, withheld, found[0]).name}
    return withheld


def _next_to_withhold(part: Pack, withheld: frozenset[Name], breach: Breach) -> Printed:
    """The cheapest figure that prints a quantity of the calculation by which the breach came about."""
    near = _calculated_with(part, withheld, breach.quantity)
    candidates = [
        figure
        for figure in part.figures
        if figure.name not in withheld
        and not figure.was_released
        and near.intersection(figure.quantities)
    ]
    if not candidates:
        raise CannotProtect("a count stays known whatever is withheld")
    return min(candidates, key=lambda figure: (_cost(part, figure), str(figure.name)))


def _cost(part: Pack, figure: Printed) -> tuple[bool, float]:
    most = max(part.amounts[name] for name in figure.quantities)
    return most >= SPARED_FROM, most


def _calculated_with(part: Pack, withheld: frozenset[Name], quantity: Name) -> set[Name]:
    """What stands in a relation with the quantity, or with an unknown one that does: the nearest first.

    Only as far as the first relation that has something known: further ones are reached in later rounds.
    """
    known = part.known(withheld)
    reached, edge = {quantity}, {quantity}
    while edge:
        beside = {
            name
            for relation in part.relations
            if any(other in edge for other, _ in relation.weights)
            for name, _ in relation.weights
        } - reached
        if beside & known or quantity in known:
            return beside | {quantity}
        reached |= beside
        edge = beside
    return reached
