"""One indicator's figures in print: with unit, period and status in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from orchestration.reports.content import wording
from orchestration.reports.content.published import (
    Area,
    Benchmark,
    ChangePart,
    Compared,
    Figure,
    Indicator,
    LinkedAction,
    Published,
    Rank,
    ReportLine,
)
from orchestration.reports.content.rounding import printed, printed_count

SIGNIFICANCE = {
    "above": "significantly above the national average",
    "below": "significantly below the national average",
    "none": "not significant, it may be chance",
}
NO_INTERVAL = "no confidence interval: DfE's standard deviation for this year is not held"
# What is printed in place of a figure; the shorthand is the government's for statistics in spreadsheets.
NO_VALUE, NO_COUNT, WITHHELD = "no value", "not counted", "[c]"


@dataclass(frozen=True)
class Variant:
    """A measure without which the value next to it cannot be read, and its figures."""

    indicator: Indicator
    figures: tuple[Figure, ...]

    def at(self, end: date) -> str:
        """In print for the period that ends on a day; empty where it has no value."""
        found = next((one for one in self.figures if one.period_end == end), None)
        if found is None or found.value is None:
            return ""
        value = printed(found.value, self.indicator.published_decimals)
        sign = "%" if self.indicator.unit == "%" else ""
        counts = counts_of(found, self.indicator.headline_basis)
        return f"{self.indicator.caption}: {value}{sign} ({counts})"


@dataclass(frozen=True)
class Figures:
    """An indicator of the home area: its line, and its figures from oldest to newest, one at least."""

    indicator: Indicator
    line: ReportLine
    home: Area
    as_at: date
    figures: tuple[Figure, ...]
    compared: dict[str, Compared]
    benchmarks: tuple[Benchmark, ...]
    group: str = ""
    """Phase and group of pupils, in the standards report."""
    rank: Rank | None = None
    variants: tuple[Variant, ...] = ()
    parts: tuple[ChangePart, ...] = ()
    """Of the change of the newest figure."""
    actions: tuple[LinkedAction, ...] = ()
    """The plan's actions that are linked to it."""

    @property
    def newest(self) -> Figure:
        """The figure that the overview shows, with or without a value."""
        return self.figures[-1]

    @cached_property
    def valued(self) -> tuple[tuple[Figure, float], ...]:
        """The figures that have a value, with it."""
        return tuple((figure, figure.value) for figure in self.figures if figure.value is not None)

    @property
    def noun(self) -> str:
        """The word for the period of one figure."""
        return "month" if wording.is_monthly(self.indicator.headline_basis) else "period"

    def at(self, end: date) -> Figure | None:
        """The figure whose period ends on a day."""
        return next((figure for figure in self.figures if figure.period_end == end), None)

    def printed(self, value: float) -> str:
        """With its decimals, and with the unit where it is a sign."""
        text = printed(value, self.indicator.published_decimals)
        return f"{text}%" if self.indicator.unit == "%" else text

    def printed_limit(self, value: float) -> str:
        """A limit of what chance explains, to one more decimal."""
        text = printed(value, self.indicator.published_decimals + 1)
        return f"{text}%" if self.indicator.unit == "%" else text

    @property
    def usual(self) -> str:
        """What the years before lead one to expect of the newest figure; empty where it cannot be judged."""
        if self.line.usual is None:
            return ""
        basis, usual = self.indicator.headline_basis, self.printed(self.line.usual)
        return wording.years_before(basis, self.line.n_compared, usual)

    @property
    def target(self) -> str:
        """The target as it was agreed, or that there is none."""
        if self.line.target is None:
            return "none"
        return f"{printed_count(self.line.target)}{'%' if self.indicator.unit == '%' else ''}"

    @property
    def target_agreed(self) -> str:
        """Who agreed the target and when; in the demo, that nobody did. Empty where there is none."""
        line = self.line
        if line.target is None or line.target_agreed_on is None:
            return ""
        if line.target_origin == "demonstration":
            return "invented for the demonstration, agreed by nobody"
        agreed_on = wording.day(line.target_agreed_on)
        return f"a {line.target_origin} target, agreed by {line.target_agreed_by} on {agreed_on}"

    def interval_of(self, figure: Figure) -> str:
        """The 95% confidence interval of a progress score and what it says, or why there is none; else empty."""
        if figure.confidence_lower is None or figure.confidence_upper is None:
            is_without = self.indicator.is_progress_score and figure.value is not None
            return NO_INTERVAL if is_without else ""
        bounds = (
            f"{self.printed(figure.confidence_lower)} to {self.printed(figure.confidence_upper)}"
        )
        return f"95% confidence interval {bounds}: {SIGNIFICANCE[figure.significance or 'none']}"

    def value_of(self, figure: Figure | ReportLine) -> str:
        """The value in print, or that there is none."""
        if figure.status == "suppressed":
            return WITHHELD
        return NO_VALUE if figure.value is None else self.printed(figure.value)

    def with_unit(self, text: str) -> str:
        """A printed value as a sentence needs it."""
        return text if self.indicator.unit in ("", "%") else f"{text} {self.indicator.unit}"

    @property
    def short_of(self) -> str:
        """The newest value where rounding reaches an end of the scale and its counts do not; else empty."""
        line = self.line
        if line.value is None or line.numerator is None or line.denominator is None:
            return ""
        if self.indicator.kind not in ("percentage", "rate_per_10k"):
            return ""
        if line.value == 0 and line.numerator > 0:
            return "just above 0%" if self.indicator.unit == "%" else "just above 0"
        is_share = self.indicator.kind == "percentage"
        is_short = is_share and line.value == 100 and line.numerator < line.denominator
        return "just under 100%" if is_short else ""

    def period_of(self, row: Figure | ReportLine | Benchmark) -> str:
        """The period of a figure, or of a published one on its own basis."""
        basis = row.basis if isinstance(row, Benchmark) else self.indicator.headline_basis
        return wording.period(basis, row.period_start, row.period_end)


def figures_of(published: Published, indicator: Indicator) -> Figures:
    """The home area's figures of one indicator."""
    line = published.lines[indicator.indicator_id][published.home.area_code]
    return Figures(
        indicator=indicator,
        line=line,
        home=published.home,
        as_at=published.run.as_at,
        figures=published.figures.get(indicator.indicator_id) or (_absent(line),),
        compared=published.compared[indicator.indicator_id],
        benchmarks=published.benchmarks.get(indicator.indicator_id, ()),
        group=published.groups.get(indicator.indicator_id, ""),
        rank=published.ranks.get(indicator.indicator_id),
        variants=tuple(
            Variant(one, published.figures.get(one.indicator_id, ()))
            for one in published.variants
            if one.printed_with == indicator.indicator_id
        ),
        parts=tuple(
            one
            for one in published.parts
            if (one.indicator_id, one.period_end) == (indicator.indicator_id, line.period_end)
        ),
        actions=tuple(
            action for action in published.actions if action.is_linked_to(indicator.indicator_id)
        ),
    )


def _absent(line: ReportLine) -> Figure:
    """The contract has a row for every indicator; should none be there, its line says so."""
    return Figure(
        indicator_id=line.indicator_id, area_code=line.area_code, period_start=line.period_start,
        period_end=line.period_end, numerator=None, denominator=None, value=None, status=line.status,
        status_reason=line.status_reason, source=None, first_reported_value=None, is_provisional=False,
        break_on=None,
    )  # fmt: skip


def status_of(figure: Figure | ReportLine) -> str:
    """Status and reason in one phrase."""
    label = wording.status_of(figure.status).label
    if (figure.status_reason or "").startswith("held by "):
        return wording.held(wording.reason(figure.status_reason))
    return f"{label}: {wording.reason(figure.status_reason)}" if figure.status_reason else label


def count_of(figure: Figure | ReportLine, count: float | None) -> str:
    """A numerator or denominator of a figure in print."""
    if count is None:
        return WITHHELD if figure.status == "suppressed" else NO_COUNT
    return printed_count(count)


def counts_of(figure: Figure | ReportLine, basis: str) -> str:
    """Numerator and denominator in print, with what is peculiar to those of the basis."""
    if figure.numerator is None and figure.denominator is None:
        return count_of(figure, None)
    note = wording.counts_note(basis)
    said = f"{count_of(figure, figure.numerator)} / {count_of(figure, figure.denominator)}"
    return f"{said} ({note})" if note else said
