"""One indicator's figures in print: rounded, with unit, period and status in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from orchestration.reports import wording
from orchestration.reports.published import Area, Benchmark, Figure, Indicator, Published
from orchestration.reports.rounding import exact_value, printed, printed_count

# What stands where a figure would.
NO_VALUE, NO_COUNT = "no value", "not counted"
# Fewer values than this say nothing about a usual level.
VALUES_FOR_A_MEAN = 3


@dataclass(frozen=True)
class Figures:
    """An indicator of the home area with its figures from oldest to newest, one at least."""

    indicator: Indicator
    home: Area
    as_at: date
    figures: tuple[Figure, ...]
    benchmarks: tuple[Benchmark, ...]

    @property
    def newest(self) -> Figure:
        """The figure that the overview shows, with or without a value."""
        return self.figures[-1]

    @cached_property
    def valued(self) -> tuple[tuple[Figure, Fraction], ...]:
        """The figures that have a value, with it."""
        pairs = ((figure, self.exact(figure)) for figure in self.figures)
        return tuple((figure, value) for figure, value in pairs if value is not None)

    @property
    def mean(self) -> Fraction | None:
        """The plain mean of the values, where there are enough of them."""
        if len(self.valued) < VALUES_FOR_A_MEAN:
            return None
        return sum((value for _, value in self.valued), Fraction()) / len(self.valued)

    @property
    def noun(self) -> str:
        """What one figure stands for."""
        return "month" if self.indicator.headline_basis in wording.MONTHLY else "period"

    def exact(self, figure: Figure) -> Fraction | None:
        """Unrounded value; None where there is none."""
        return exact_value(self.indicator.kind, figure.numerator, figure.denominator, figure.value)

    def at(self, end: date) -> Figure | None:
        """The figure whose period ends on a day."""
        return next((figure for figure in self.figures if figure.period_end == end), None)

    def printed(self, value: Fraction) -> str:
        """Rounded, with the unit where it is a sign."""
        text = printed(value, self.indicator.published_decimals)
        return f"{text}%" if self.indicator.unit == "%" else text

    def value_of(self, figure: Figure) -> str:
        """The value in print, or that there is none."""
        value = self.exact(figure)
        return NO_VALUE if value is None else self.printed(value)

    def with_unit(self, text: str) -> str:
        """A printed value as a sentence needs it."""
        return text if self.indicator.unit == "%" else f"{text} {self.indicator.unit}"

    def period_of(self, row: Figure | Benchmark) -> str:
        """The period of a figure, or of a published one on its own basis."""
        basis = row.basis if isinstance(row, Benchmark) else self.indicator.headline_basis
        return wording.period(basis, row.period_start, row.period_end)


def figures_of(published: Published, indicator: Indicator) -> Figures:
    """The home area's figures of one indicator."""
    found = published.figures.get(indicator.indicator_id)
    return Figures(
        indicator=indicator,
        home=published.home,
        as_at=published.run.as_at,
        figures=found or (_absent(published, indicator),),
        benchmarks=published.benchmarks.get(indicator.indicator_id, ()),
    )


def _absent(published: Published, indicator: Indicator) -> Figure:
    """The contract has a row for every indicator; should one be absent, the page says so."""
    as_at = published.run.as_at
    return Figure(
        indicator_id=indicator.indicator_id, area_code=published.home.area_code,
        period_start=as_at, period_end=as_at, numerator=None, denominator=None, value=None,
        status="no_data", status_reason="the warehouse has no row", source=None,
        first_reported_value=None, is_provisional=False,
    )  # fmt: skip


def status_of(figure: Figure) -> str:
    """Status and reason in one phrase."""
    label = wording.status_of(figure.status).label
    return f"{label}: {wording.reason(figure.status_reason)}" if figure.status_reason else label


def count_of(count: float | None) -> str:
    """A numerator or denominator in print."""
    return NO_COUNT if count is None else printed_count(count)


def counts_of(figure: Figure) -> str:
    """Numerator and denominator in print."""
    if figure.numerator is None and figure.denominator is None:
        return NO_COUNT
    return f"{count_of(figure.numerator)} / {count_of(figure.denominator)}"
