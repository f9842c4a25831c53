"""The public edition of a finished build: what it withholds, its rows, and the attack on it.

Runs on the private build before it is published. Every page, chart, text and spreadsheet of the public
edition reads these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reports.disclosure.attack import Breach, breaches
from orchestration.reports.disclosure.figures import (
    FigureKey,
    PrintedFigure,
    Records,
    read_figures,
    read_months,
    read_records,
)
from orchestration.reports.disclosure.identities import Identities, IdentityClass
from orchestration.reports.disclosure.means import PrintedMeans, mean_of, means_to_withhold
from orchestration.reports.disclosure.pack import Name, Pack
from orchestration.reports.disclosure.printed import Memory
from orchestration.reports.disclosure.protect import SPARED_FROM, primary, protect
from orchestration.reports.disclosure.public_rows import insert_public_rows
from orchestration.reports.disclosure.release import pack_of
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
    """Attack a release and count what it withholds; `withheld` are figures of this pack."""
    now = [figure for figure in pack.figures if not figure.is_past]
    large = [
        figure
        for figure in now
        if all(pack.amounts[name] >= SPARED_FROM for name in figure.quantities)
    ]
    return Verdict(
        figures=len(now),
        unsafe=len(primary(pack)),
        withheld=len(withheld),
        large=len(large),
        large_published=sum(figure.name not in withheld for figure in large),
        exposed=len(primary(pack) - withheld),
        breaches=tuple(breaches(pack, withheld)),
    )


def pack_in(connection: duckdb.DuckDBPyConnection, identities: Identities, memory: Memory) -> Pack:
    """The figures of a warehouse together with what earlier packs printed."""
    known = memory if IdentityClass.EARLIER in identities.used else Memory()
    figures, months = read_figures(connection), read_months(connection)
    return pack_of(figures, identities, months, known.issued, known.states)


def withheld_figures(
    marts: Path, identities: Identities, memory: Memory
) -> tuple[frozenset[FigureKey], frozenset[FigureKey]]:
    """The figures of a finished build that its public edition withholds, and means of which it prints the base alone.

    Raises NoRule for an indicator of a kind that has no rule.
    """
    with opened(marts) as connection:
        pack = pack_in(connection, identities, memory)
        figures, records = read_figures(connection), read_records(connection, identities.sums)
    printed = _printed_means(figures, identities, records, memory)
    means = means_to_withhold(figures, identities, records, printed)
    whole: frozenset[FigureKey] = protect(pack)  # ty: ignore[invalid-assignment]
    return whole, means - whole


def _printed_means(
    figures: Iterable[PrintedFigure], identities: Identities, records: Records, memory: Memory
) -> PrintedMeans:
    """What packs have printed; of those of an earlier version the records are not known, but those of now."""
    if IdentityClass.EARLIER not in identities.used:
        return {}
    found = {key: list(means) for key, means in memory.means.items()}
    for figure in figures:
        key = (figure.indicator_id, figure.area_code)
        if figure.key in memory.issued and figure.indicator_id in identities.sums:
            found.setdefault(key, []).append(mean_of(figure, records.get(key, [])))
    return found


def write_public_edition(
    marts: Path, identities: Identities, memory: Memory | None = None
) -> frozenset[FigureKey]:
    """Add the public rows to a finished build; returns what they withhold.

    `memory`: what earlier packs have printed, if there were any.

    Raises NoRule for an indicator of a kind that has no rule and for a column that says nothing of it.
    """
    whole, means = withheld_figures(marts, identities, memory or Memory())
    with opened(marts, read_only=False) as connection:
        insert_public_rows(connection, whole, means, identities.sums)
    return whole | means
