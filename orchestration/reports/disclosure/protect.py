"""Secondary suppression: withhold further figures until the intruder's calculation finds nothing."""

from __future__ import annotations

from orchestration.reports.disclosure.attack import Breach, breaches_of_part
from orchestration.reports.disclosure.pack import Name, Pack, Printed, parts_of

# A count below it costs its readers little; above it only where nothing else helps.
SPARED_FROM = 10


def primary(pack: Pack) -> frozenset[Name]:
    """The figures that are unsafe by themselves."""
    return frozenset(figure.name for figure in pack.figures if figure.is_unsafe)


def protect(pack: Pack) -> frozenset[Name]:
    """Names of all figures to withhold."""
    withheld: set[Name] = set()
    for part in parts_of(pack):
        withheld |= _protect_part(part)
    return frozenset(withheld)


def _protect_part(part: Pack) -> frozenset[Name]:
    withheld = primary(part)
    # the unsafe counts first: most rounds need no look at the others
    while found := (
        breaches_of_part(part, withheld, only_guarded=True) or breaches_of_part(part, withheld)
    ):
        further = {_next_to_withhold(part, withheld, breach) for breach in found} - {None}
        if not further:
            # an earlier release tells too much: nothing more of this part is published
            return withheld | {figure.name for figure in part.figures}
        withheld |= {figure.name for figure in further if figure is not None}
    return withheld


def _next_to_withhold(part: Pack, withheld: frozenset[Name], breach: Breach) -> Printed | None:
    """The cheapest figure that prints a quantity of the calculation by which the breach came about."""
    near = _calculated_with(part, withheld, breach.quantity)
    candidates = [
        figure
        for figure in part.figures
        if figure.name not in withheld
        and not figure.was_released
        and near.intersection(figure.quantities)
    ]
    return min(candidates, key=lambda figure: (_cost(part, figure), str(figure.name)), default=None)


def _cost(part: Pack, figure: Printed) -> tuple[bool, float]:
    most = max(part.amounts[name] for name in figure.quantities)
    return most >= SPARED_FROM, most


def _calculated_with(part: Pack, withheld: frozenset[Name], quantity: Name) -> set[Name]:
    """What is known and stands in a relation with the quantity, or with an unknown one that does.

    Only as far as the nearest such relation: further ones are reached in later rounds.
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
        if beside & known:
            return beside & known
        reached |= beside
        edge = beside
    return set()
