"""Several releases as one pack: what an intruder has who kept every paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.reports.disclosure.pack import Name, Pack, Printed, Relation


@dataclass(frozen=True)
class Release:
    """One month's pack and what it withheld."""

    pack: Pack
    withheld: frozenset[Name]


def together(releases: Iterable[Release]) -> Release:
    """A count of one name and amount is one unknown in all releases; one that was revised is another.

    So the intruder even knows which withheld counts were not revised: more than anybody could.
    """
    everything, withheld = Pack({}), set()
    relations: dict[Relation, None] = {}
    for number, release in enumerate(releases):
        amounts = release.pack.amounts
        everything.amounts.update({(name, amount): amount for name, amount in amounts.items()})
        for relation in release.pack.relations:
            weights = tuple(((name, amounts[name]), weight) for name, weight in relation.weights)
            relations[Relation(weights)] = None
        for figure in release.pack.figures:
            quantities, guarded = (
                tuple((name, amounts[name]) for name in names)
                for names in (figure.quantities, figure.guarded)
            )
            everything.figures.append(Printed((number, figure.name), quantities, guarded))
        withheld |= {(number, name) for name in release.withheld}
    everything.relations.extend(relations)
    return Release(everything, frozenset(withheld))
