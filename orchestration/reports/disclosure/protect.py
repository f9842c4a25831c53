"""Secondary suppression: withhold further figures until the intruder's calculation finds nothing.

What must be withheld at least is found by `cheapest`; where that has no answer, or the attack is not content with
it, figures are added one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from orchestration.reports.disclosure.attack import Breach, breaches_of_part
from orchestration.reports.disclosure.cheapest import least_withheld
from orchestration.reports.disclosure.pack import Name, Pack, Printed, parts_of
from orchestration.workers import WORKERS

# A figure with a count below it costs its readers little; one above it is withheld only where nothing else helps.
SPARED_FROM = 10


def primary(pack: Pack) -> frozenset[Name]:
    """The figures that are unsafe by themselves."""
    return frozenset(
        figure.name for figure in pack.figures if figure.is_unsafe and not figure.is_past
    )


def protect(pack: Pack) -> frozenset[Name]:
    """Names of all figures to withhold; what is past is not among them, nobody prints it any more."""
    # HiGHS works outside Python's lock: the parts of a region are solved side by side.
    with ThreadPoolExecutor(WORKERS) as threads:
        found = frozenset().union(*threads.map(_protect_part, parts_of(pack)))
    return found - {figure.name for figure in pack.figures if figure.is_past}


def _protect_part(part: Pack) -> frozenset[Name]:
    withheld = primary(part)
    if breaches_of_part(part, withheld):
        withheld = least_withheld(part, _costs(part)) or withheld
    # the unsafe counts first: most rounds need no look at the others
    while found := (
        breaches_of_part(part, withheld, only_guarded=True) or breaches_of_part(part, withheld)
    ):
        further = {_next_to_withhold(part, withheld, breach) for breach in found} - {None}
        if not further:
            # an earlier release tells too much: nothing more of this part is published
            return withheld | {figure.name for figure in part.figures}
        withheld |= _cheapest(part, [figure for figure in further if figure is not None])
    return withheld


def _next_to_withhold(part: Pack, withheld: frozenset[Name], breach: Breach) -> Printed | None:
    """The cheapest figure that prints a quantity of the calculation by which the breach came about."""
    near = _calculated_with(part, withheld, breach.quantity)
    candidates = [
        figure
        for figure in part.figures
        if figure.name not in withheld
        and not (figure.was_released or figure.is_past)
        and near.intersection(figure.quantities)
    ]
    return min(candidates, key=lambda figure: (_cost(part, figure), str(figure.name)), default=None)


def _cheapest(part: Pack, figures: Sequence[Printed]) -> frozenset[Name]:
    """All that cost little, or else the one that costs least: it may be enough for the others too."""
    cheap = {figure.name for figure in figures if not _cost(part, figure)[0]}
    return frozenset(
        cheap or {min(figures, key=lambda figure: (_cost(part, figure), str(figure.name))).name}
    )


def _costs(part: Pack) -> dict[Name, float]:
    """Of each figure; one that is large outweighs all small ones together."""
    judged = {figure.name: _cost(part, figure) for figure in part.figures}
    most = max(amount for _, amount in judged.values()) + 1
    small_ones = 2.0 * len(judged)
    return {
        name: is_large * small_ones + 1 + amount / most
        for name, (is_large, amount) in judged.items()
    }


def _cost(part: Pack, figure: Printed) -> tuple[bool, float]:
    amounts = [part.amounts[name] for name in figure.quantities]
    return min(amounts) >= SPARED_FROM, max(amounts)


def _calculated_with(part: Pack, withheld: frozenset[Name], quantity: Name) -> set[Name]:
    """What is known and helps to calculate the quantity.

    First of all what is in a relation with one unknown only, which gives that one away; without any, what
    is nearest: further relations are reached in later rounds.
    """
    known = part.known(withheld)
    named = [{name for name, _ in relation.weights} for relation in part.relations]
    reached, edge, nearest = {quantity}, {quantity}, set()
    while edge:
        beside = {name for names in named if names & edge for name in names} - reached
        nearest = nearest or beside & known
        edge = beside - known
        reached |= edge
    given_away = [names & known for names in named if len(names - known) == 1 and names & reached]
    return set().union(*given_away) or nearest
