"""The public edition of a finished build: what it withholds, its rows, and the attack on it.

Runs on the private build before it is published. Every page, chart, text and spreadsheet of the public
edition reads these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.reports.disclosure.attack import Breach, breaches
from orchestration.reports.disclosure.means import means_to_withhold, read_records
from orchestration.reports.disclosure.pack import Name, Pack
from orchestration.reports.disclosure.printed import Memory
from orchestration.reports.disclosure.protect import SPARED_FROM, primary, protect
from orchestration.reports.disclosure.public_rows import insert_public_rows
from orchestration.reports.disclosure.release import (
    FigureKey,
    Measures,
    PrintedFigure,
    pack_of,
    read_figures,
    read_months,
)
from orchestration.warehouse.opening import opened


@dataclass(frozen=True)
class Verdict:
    """What an attack on a release found, and what the release costs its readers."""

    figures: int
    unsafe: int
    withheld: int
    large: int
    large_published: int
    exposed: int
    """Figures that are unsafe by themselves and published all the same."""
    breaches: tuple[Breach, ...]

    @property
    def share_of_large_published(self) -> float:
        """Of the figures all of whose counts are 10 or more, the share that is published."""
        return self.large_published / self.large if self.large else 1.0

    @property
    def is_safe(self) -> bool:
        """Nothing unsafe is printed, and the intruder found nothing."""
        return not self.breaches and not self.exposed


def verdict_on(pack: Pack, withheld: frozenset[Name]) -> Verdict:
    """Attack a release and count what it withholds."""
    large = [
        figure
        for figure in pack.figures
        if all(pack.amounts[name] >= SPARED_FROM for name in figure.quantities)
    ]
    return Verdict(
        figures=len(pack.figures),
        unsafe=len(primary(pack)),
        withheld=len(withheld),
        large=len(large),
        large_published=sum(figure.name not in withheld for figure in large),
        exposed=len(primary(pack) - withheld),
        breaches=tuple(breaches(pack, withheld)),
    )


def withheld_figures(
    marts: Path, measures: Mapping[str, Measures], memory: Memory
) -> frozenset[FigureKey]:
    """The figures of a finished build that its public edition withholds.

    Raises NoRule for an indicator of a kind that has no rule.
    """
    with opened(marts) as connection:
        figures, sums = read_figures(connection), sums_among(measures)
        records, months = read_records(connection, sums), read_months(connection)
    released = _keys(one for one in figures if memory.has(one, one.indicator_id in sums))
    restated = _keys(one for one in figures if memory.has_other(one, one.indicator_id in sums))
    pack = pack_of(figures, measures, months, released)
    means = means_to_withhold(figures, measures, records, released, restated)
    return means | protect(pack)  # ty: ignore[invalid-explicit-return]


def _keys(figures: Iterable[PrintedFigure]) -> frozenset[FigureKey]:
    return frozenset(figure.key for figure in figures)


def sums_among(measures: Mapping[str, Measures]) -> frozenset[str]:
    """The indicators whose numerator adds up days or scores."""
    return frozenset(name for name, measured in measures.items() if measured.is_sum)


def write_public_edition(
    marts: Path, measures: Mapping[str, Measures], memory: Memory | None = None
) -> frozenset[FigureKey]:
    """Add the public rows to a finished build; returns what they withhold.

    `memory`: what earlier packs have printed, if there were any.

    Raises NoRule for an indicator of a kind that has no rule and for a column that says nothing of it.
    """
    withheld = withheld_figures(marts, measures, memory or Memory())
    with opened(marts, read_only=False) as connection:
        insert_public_rows(connection, withheld, sums_among(measures))
    return withheld
