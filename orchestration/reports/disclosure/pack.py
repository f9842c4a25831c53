"""What can be calculated from what: figures of a release as unknown quantities with relations between them.

Nothing here knows of indicators: a table with totals is a pack as well as a set of reports is.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

Name = Hashable
"""Of a quantity: any two figures that print the same count share its name."""


@dataclass(frozen=True)
class Relation:
    """Quantities whose weighted sum is zero, as a total and its parts."""

    weights: tuple[tuple[Name, float], ...]


@dataclass(frozen=True)
class Printed:
    """A figure: the quantities that print with it, and whether it is unsafe by itself.

    `guarded` are the quantities for whose sake it is withheld. What an earlier release has printed cannot be
    taken back: `was_released` keeps it from being chosen. One that `is_past` has been restated since: it is not
    printed any more, whoever chooses, and what of it was withheld must stay so.
    """

    name: Name
    quantities: tuple[Name, ...]
    guarded: tuple[Name, ...] = ()
    was_released: bool = False
    is_past: bool = False

    @property
    def is_unsafe(self) -> bool:
        """A person could be known from it."""
        return bool(self.guarded)

    @property
    def must_be_withheld(self) -> bool:
        """It is not printed, whatever else is."""
        return self.is_unsafe or self.is_past

    def is_hidden(self, withheld: Container[Name]) -> bool:
        """Whether readers have not seen it."""
        return not self.was_released and (self.is_past or self.name in withheld)


@dataclass
class Pack:
    """A release: the true amount of every quantity (none is negative), relations, figures."""

    amounts: dict[Name, float]
    relations: list[Relation] = field(default_factory=list)
    figures: list[Printed] = field(default_factory=list)

    def known(self, withheld: frozenset[Name]) -> set[Name]:
        """The quantities that a reader sees."""
        shown = (figure for figure in self.figures if not figure.is_hidden(withheld))
        return {name for figure in shown for name in figure.quantities}

    def known_before(self) -> set[Name]:
        """The quantities that earlier releases have printed."""
        return {name for one in self.figures if one.was_released for name in one.quantities}

    def guarded(self) -> set[Name]:
        """Quantities that must stay uncertain."""
        return {name for figure in self.figures for name in figure.guarded}


def parts_of(pack: Pack) -> Iterator[Pack]:
    """The pack in parts between which there is no relation: each is attacked for itself."""
    leader = {name: name for name in pack.amounts}

    def find(name: Name) -> Name:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    groups: list[Iterable[Name]] = [
        [name for name, _ in relation.weights] for relation in pack.relations
    ]
    groups += [figure.quantities + figure.guarded for figure in pack.figures]
    for group in groups:
        first, *others = group
        for other in others:
            leader[find(other)] = find(first)
    parts: dict[Name, Pack] = {}
    for name, amount in pack.amounts.items():
        parts.setdefault(find(name), Pack({})).amounts[name] = amount
    for relation in pack.relations:
        parts[find(relation.weights[0][0])].relations.append(relation)
    for figure in pack.figures:
        parts[find((figure.quantities + figure.guarded)[0])].figures.append(figure)
    yield from parts.values()
