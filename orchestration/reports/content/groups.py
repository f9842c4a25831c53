"""Figures of groups of records as printed, for officers: which there are, and the newest of a subject side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.reports.content import wording
from orchestration.reports.content.figures import NO_COUNT, NO_VALUE, Figures
from orchestration.reports.content.panels import Cell
from orchestration.reports.content.published import Published, read_records
from orchestration.reports.content.rounding import printed, printed_count
from orchestration.warehouse.opening import opened

# What the child is, and not the record: the explore page has it.
OF_CHILDREN = ("age_band", "ethnic_group", "sex")


@dataclass(frozen=True)
class GroupFigure:
    """The figure of a group of records."""

    indicator_id: str
    period_end: date
    breakdown: str
    breakdown_value: str
    sort_order: int
    numerator: float | None
    denominator: float | None
    value: float | None
    share_of_rate: float | None
    reference_group: str | None
    rate_ratio: float | None
    rate_ratio_lower: float | None
    rate_ratio_upper: float | None

    @property
    def beside_the_largest(self) -> str | None:
        """How often the group is counted against the largest one, in words; None of a figure that says nothing of it."""
        if self.reference_group is None:
            return None
        if self.breakdown_value == self.reference_group:
            return "the largest group"
        if self.rate_ratio is None:
            return "not enough children to say"
        bounds = (self.rate_ratio_lower, self.rate_ratio_upper)
        lower, upper = (printed(bound, 1) for bound in bounds if bound is not None)
        return f"{printed(self.rate_ratio, 1)} times as often ({lower} to {upper})"


Groups = Mapping[str, Sequence[GroupFigure]]
"""By indicator, in the order in which people read the groups."""


@dataclass(frozen=True)
class GroupTable:
    """The newest figures of several indicators by the same groups."""

    name: str
    captions: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def read_groups(marts: Path, published: Published) -> Groups:
    """The home area's groups; none in an edition that has none."""
    sql = (
        "select {columns} from marts.rpt_groups as found where found.edition = ? and found.area_code = ?"
        " order by found.breakdown, found.sort_order, found.breakdown_value, found.period_end"
    )
    found: dict[str, list[GroupFigure]] = defaultdict(list)
    with opened(marts) as connection:
        for one in read_records(
            connection, GroupFigure, sql, published.edition, published.home.area_code
        ):
            found[one.indicator_id].append(one)
    return found


def tables_of(found: Sequence[Figures], groups: Groups) -> tuple[GroupTable, ...]:
    """A table for each breakdown of the records that any of the indicators has."""
    newest = [
        (figures, one)
        for figures in found
        for one in groups.get(figures.indicator.indicator_id, ())
        if one.period_end == figures.newest.period_end and one.breakdown not in OF_CHILDREN
    ]
    names = dict.fromkeys(one.breakdown for _, one in newest)
    return tuple(
        _table(name, [pair for pair in newest if pair[1].breakdown == name]) for name in names
    )


def _table(name: str, newest: Iterable[tuple[Figures, GroupFigure]]) -> GroupTable:
    pairs = list(newest)
    indicators = {figures.indicator.indicator_id: figures.indicator for figures, _ in pairs}
    order = {one.breakdown_value: one.sort_order for _, one in pairs}
    cells = {(one.breakdown_value, one.indicator_id): _cell(figures, one) for figures, one in pairs}
    return GroupTable(
        name=wording.inputs(name),
        captions=tuple(one.caption for one in indicators.values()),
        rows=tuple(
            (group, tuple(cells.get((group, indicator), Cell("–")) for indicator in indicators))
            for group in sorted(order, key=lambda group: (order[group], group))
        ),
    )


def _cell(figures: Figures, one: GroupFigure) -> Cell:
    """The group's own figure; where nobody has counted the group, what it adds to the rate of all."""
    if one.value is not None:
        text = figures.printed(one.value)
    elif one.share_of_rate is not None:
        text = f"{figures.printed(one.share_of_rate)} of the rate"
    else:
        text = NO_VALUE
    counts = [printed_count(count) for count in (one.numerator, one.denominator) if count is not None]  # fmt: skip
    return Cell(text, " / ".join(counts) or NO_COUNT)
