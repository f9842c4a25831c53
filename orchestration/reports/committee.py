"""The committee report's first page: exceptions, the table in plan order, one panel per indicator.

What stands where on the page, from the published marts alone. No arithmetic beyond rounding: every figure is
a row of the warehouse. The page is one file with its style and drawings inside and opens with no network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestration.reports import wording
from orchestration.reports.charts import RunChart, Series, render_run_chart
from orchestration.reports.published import Area, Benchmark, Figure, Indicator, Published, read_published
from orchestration.reports.rounding import exact, exact_value, printed, printed_count

# Fewer values than this say nothing about a usual level.
VALUES_FOR_A_MEAN = 3
# ONS codes of the London boroughs and the City; only they are compared with London.
LONDON_BOROUGHS = "E09"
GOOD_IS = {"high": "High", "low": "Low", "neutral": "Neither high nor low by itself"}


@dataclass(frozen=True)
class Comparator:
    """A group of authorities that the home area is compared with; without a name, all of that type."""

    heading: str
    area_type: str
    area_name: str | None = None

    def matches(self, benchmark: Benchmark) -> bool:
        """Whether a published figure is about this group."""
        return benchmark.area_type == self.area_type and self.area_name in (None, benchmark.area_name)


OUTER_LONDON = Comparator("Outer London", "region", "Outer London")
LONDON = Comparator("London", "region", "London")
NEIGHBOURS = Comparator("Statistical neighbours", "statistical_neighbours")
ENGLAND = Comparator("England", "country", "England")


@dataclass(frozen=True)
class Cell:
    """A figure with what stands in small letters below it."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Line:
    """An indicator's line of the overview."""

    indicator: Indicator
    value: Cell
    counts: str
    period: Cell
    year_before: Cell
    comparisons: tuple[Cell, ...]
    status: str
    has_value: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DataRow:
    """A period of the table below a chart."""

    period: str
    numerator: str
    denominator: str
    value: str
    status: str


@dataclass(frozen=True)
class Panel:
    """Everything about one indicator; without a chart, `summary` says why."""

    line: Line
    lead: str
    chart: Markup | None
    summary: str
    comparisons: tuple[tuple[str, Cell], ...]
    basis_note: str
    rows: tuple[DataRow, ...]


@dataclass(frozen=True)
class StatusCount:
    """How many indicators have a status, and what it means."""

    status: wording.Status
    count: int


@dataclass(frozen=True)
class Exceptions:
    """Indicators without a value by the reason why, held ones by theirs, and counts of all."""

    counts: tuple[StatusCount, ...]
    missing: tuple[tuple[str, tuple[Line, ...]], ...]
    held: tuple[tuple[str, tuple[Line, ...]], ...]


def render_committee_page(marts: Path, target: Path, is_synthetic: bool = False) -> None:
    """Write the page about the home area of a finished warehouse."""
    published = read_published(marts, report="committee")
    views = [_IndicatorView(published, indicator) for indicator in published.indicators]
    lines = [view.line() for view in views]
    environment = Environment(
        loader=PackageLoader("orchestration.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("committee.html.j2").render(
        published=published,
        newest=_newest_period(views),
        comparators=_comparators(published.home),
        exceptions=_exceptions(views, lines),
        lines=lines,
        panels=[view.panel(line) for view, line in zip(views, lines, strict=True)],
        areas=_areas_table(published) if len(published.areas) > 1 else [],
        is_synthetic=is_synthetic,
        in_words=wording.day,
        good_is=GOOD_IS,
    )
    target.write_text(page, encoding="utf-8")


def _comparators(home: Area) -> tuple[Comparator, ...]:
    london = (OUTER_LONDON, LONDON) if home.area_code.startswith(LONDON_BOROUGHS) else ()
    return (*london, NEIGHBOURS, ENGLAND)


def _newest_period(views: Sequence[_IndicatorView]) -> date | None:
    return max((view.newest.period_end for view in views), default=None)


def newest_benchmark(benchmarks: Sequence[Benchmark], comparator: Comparator, not_after: date) -> Benchmark | None:
    """The newest published figure not after a day, for neighbours by the newest model."""
    found = [one for one in benchmarks if comparator.matches(one) and one.period_end <= not_after]
    return max(found, key=lambda one: (one.neighbour_model or "", one.period_end), default=None)


class _IndicatorView:
    """One indicator of the home area, ready to be printed."""

    def __init__(self, published: Published, indicator: Indicator) -> None:
        self.indicator = indicator
        self.home = published.home
        self.as_at = published.run.as_at
        self.benchmarks = published.benchmarks.get(indicator.indicator_id, ())
        self.figures = published.figures.get(indicator.indicator_id) or (self._absent(),)
        self.newest = self.figures[-1]
        self.comparators = _comparators(published.home)

    def _absent(self) -> Figure:
        """The contract has a row for every indicator; should one be absent, the page says so."""
        return Figure(
            indicator_id=self.indicator.indicator_id, area_code=self.home.area_code,
            period_start=self.as_at, period_end=self.as_at, numerator=None, denominator=None, value=None,
            status="no_data", status_reason="the warehouse has no row", source=None,
            first_reported_value=None, is_provisional=False,
        )  # fmt: skip

    # Figures in print

    def exact(self, figure: Figure) -> Fraction | None:
        return exact_value(self.indicator.kind, figure.numerator, figure.denominator, figure.value)

    def printed(self, value: Fraction) -> str:
        """Rounded, with the unit where it is a sign."""
        text = printed(value, self.indicator.published_decimals)
        return f"{text}%" if self.indicator.unit == "%" else text

    def value_of(self, figure: Figure) -> str:
        value = self.exact(figure)
        return "no value" if value is None else self.printed(value)

    def with_unit(self, text: str) -> str:
        return text if self.indicator.unit == "%" else f"{text} {self.indicator.unit}"

    def period_of(self, row: Figure | Benchmark) -> str:
        basis = row.basis if isinstance(row, Benchmark) else self.indicator.headline_basis
        return wording.period(basis, row.period_start, row.period_end)

    def why(self, figure: Figure) -> str:
        """Status and reason in one phrase."""
        label = wording.status_of(figure.status).label
        return f"{label}: {wording.reason(figure.status_reason)}" if figure.status_reason else label

    # Parts of the page

    def line(self) -> Line:
        newest, value = self.newest, self.exact(self.newest)
        return Line(
            indicator=self.indicator,
            value=Cell(self.value_of(newest), "" if value is None else self._unit_note()),
            counts=_counts(newest),
            period=Cell(_capital(self.period_of(newest)), wording.age(newest.period_end, self.as_at)),
            year_before=self._year_before(),
            comparisons=tuple(self._comparison(comparator) for comparator in self.comparators),
            status=self.why(newest),
            has_value=value is not None,
            notes=tuple(self._notes()),
        )

    def _unit_note(self) -> str:
        return "" if self.indicator.unit == "%" else self.indicator.unit

    def _year_before(self) -> Cell:
        wanted = wording.year_before(self.newest.period_end)
        found = next((figure for figure in self.figures if figure.period_end == wanted), None)
        if found is None:
            return Cell("no value", "before the first submission")
        if self.exact(found) is None:
            return Cell("no value", wording.status_of(found.status).label.lower())
        return Cell(self.value_of(found), self.period_of(found))

    def _comparison(self, comparator: Comparator) -> Cell:
        if not self.indicator.benchmark_series:
            return Cell("no series")
        found = newest_benchmark(self.benchmarks, comparator, self.newest.period_end)
        if found is None:
            return Cell("not published")
        note = self.period_of(found)
        if found.neighbour_model:
            note += f"; mean of {found.n_available} of 10, {found.neighbour_model} model"
        return Cell(self.printed(exact(found.value)), note)

    def _notes(self) -> list[str]:
        notes = []
        if self.newest.is_provisional:
            notes.append("Provisional: the population is an earlier year's.")
        if self.exact(self.newest) is None and (last := self._last_with_value()):
            notes.append(f"Last value {self.value_of(last)}, {self.period_of(last)}.")
        return notes

    def _last_with_value(self) -> Figure | None:
        return next((figure for figure in reversed(self.figures) if self.exact(figure) is not None), None)

    def panel(self, line: Line) -> Panel:
        chart = self._run_chart()
        anchor = self.indicator.indicator_id
        drawing = chart and render_run_chart(
            chart, f"Run chart of {self.indicator.position}, {self.indicator.title}", f"{anchor}-summary"
        )
        pairs = zip(self.comparators, line.comparisons, strict=True)
        return Panel(
            line=line,
            lead=self._lead(line),
            chart=Markup(drawing) if drawing else None,  # noqa: S704 -- our own drawing, its texts escaped there
            summary=self._summary() if drawing else self._no_chart(),
            comparisons=tuple((comparator.heading, cell) for comparator, cell in pairs),
            basis_note=self._basis_note(),
            rows=tuple(self._data_row(figure) for figure in reversed(self.figures)),
        )

    def _lead(self, line: Line) -> str:
        if not line.has_value:
            return " ".join([f"No value, {self.period_of(self.newest)}. {line.status}.", *line.notes])
        parts = [f"{self.with_unit(line.value.text)}, {self.period_of(self.newest)} ({line.period.note})"]
        if line.year_before.text != "no value":
            parts.append(f"a year earlier {line.year_before.text}")
        held = [f"{line.status}."] if self.newest.status == "held" else []
        return " ".join([f"{'; '.join(parts)}.", *held, *line.notes])

    def _basis_note(self) -> str:
        bases = {one.basis for one in self.benchmarks}
        return " ".join(filter(None, (wording.basis_note(self.indicator.headline_basis, basis) for basis in bases)))

    def _data_row(self, figure: Figure) -> DataRow:
        value = self.exact(figure)
        status = self.why(figure)
        if figure.is_provisional:
            status += "; provisional"
        first = figure.first_reported_value
        if value is not None and first is not None and self.printed(exact(first)) != self.printed(value):
            status += f"; first reported as {self.printed(exact(first))}"
        return DataRow(
            period=_capital(self.period_of(figure)),
            numerator=_count(figure.numerator),
            denominator=_count(figure.denominator),
            value=self.value_of(figure),
            status=status,
        )

    # Chart and its text alternative

    def _valued(self) -> list[tuple[Figure, Fraction]]:
        pairs = ((figure, self.exact(figure)) for figure in self.figures)
        return [(figure, value) for figure, value in pairs if value is not None]

    def _mean(self) -> Fraction | None:
        values = [value for _, value in self._valued()]
        return sum(values, Fraction()) / len(values) if len(values) >= VALUES_FOR_A_MEAN else None

    def _run_chart(self) -> RunChart | None:
        if not self._valued():
            return None
        points = [(figure.period_end, _float(self.exact(figure))) for figure in self.figures]
        last, value = self._valued()[-1]
        mean = self._mean()
        return RunChart(
            own=Series(self._end_label(self.home.area_name, value, last.period_end), points),
            compared=[series for comparator in self._charted() if (series := self._compared(comparator))],
            mean=_float(mean),
            mean_label="" if mean is None else f"Mean {self.printed(mean)}",
            unit=self.indicator.unit,
        )

    def _charted(self) -> tuple[Comparator, ...]:
        """A chart has room for two: the own region (England where the region is not known) and the neighbours."""
        return (OUTER_LONDON if OUTER_LONDON in self.comparators else ENGLAND, NEIGHBOURS)

    def _compared(self, comparator: Comparator) -> Series | None:
        newest = newest_benchmark(self.benchmarks, comparator, self.newest.period_end)
        if newest is None:
            return None
        points = [
            (one.period_end, one.value)
            for one in self.benchmarks
            if comparator.matches(one) and one.neighbour_model == newest.neighbour_model and self._is_charted(one)
        ]
        label = self._end_label(comparator.heading, exact(newest.value), newest.period_end)
        return Series(label, points) if points else None

    def _is_charted(self, benchmark: Benchmark) -> bool:
        return self.figures[0].period_end <= benchmark.period_end <= self.newest.period_end

    def _end_label(self, name: str, value: Fraction, end: date) -> str:
        dated = "" if end == self.newest.period_end else f" ({wording.month(end)})"
        return f"{name} {self.printed(value)}{dated}"

    def _noun(self) -> str:
        return "month" if self.indicator.headline_basis in wording.MONTHLY else "period"

    def _no_chart(self) -> str:
        periods = wording.counted(len(self.figures), self._noun())
        return f"There is no chart: none of the {periods} has a value." if len(self.figures) > 1 else "No chart."

    def _summary(self) -> str:
        """What the chart shows, in words."""
        valued = self._valued()
        (first, first_value), (last, last_value) = valued[0], valued[-1]
        if len(valued) == 1:
            said = f"One value: {self.with_unit(self.printed(last_value))}, {self.period_of(last)}"
        else:
            low, high = min(valued, key=lambda pair: pair[1]), max(valued, key=lambda pair: pair[1])
            said = (
                f"{wording.counted(len(valued), self._noun())} with a value: from {self.printed(first_value)}"
                f" ({self.period_of(first)}) to {self.with_unit(self.printed(last_value))}"
                f" ({self.period_of(last)}, the latest), between {self.printed(low[1])}"
                f" ({wording.month(low[0].period_end)}) and {self.printed(high[1])}"
                f" ({wording.month(high[0].period_end)})"
            )
        mean = self._mean()
        parts = [said, *([f"mean {self.printed(mean)}"] if mean is not None else []), *self._summary_of_gaps()]
        return f"{'; '.join(parts)}."

    def _summary_of_gaps(self) -> list[str]:
        empty = [figure.period_end for figure in self.figures if self.exact(figure) is None]
        if not empty:
            return [f"no {self._noun()} is missing"]
        return [f"no value in {wording.counted(len(empty), self._noun())}: {wording.month_runs(empty)}"]


def _exceptions(views: Sequence[_IndicatorView], lines: Sequence[Line]) -> Exceptions:
    statuses = [view.newest.status for view in views]
    held = [line for line, status in zip(lines, statuses, strict=True) if status == "held"]
    missing = [line for line in lines if not line.has_value and line not in held]
    counts = Counter(statuses)
    known = [status for status in wording.STATUSES if status in counts]
    order = [*known, *sorted(set(counts) - set(known))]
    return Exceptions(
        counts=tuple(StatusCount(wording.status_of(status), counts[status]) for status in order),
        missing=_by_reason(missing),
        held=_by_reason(held),
    )


def _by_reason(lines: Sequence[Line]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """Lines with the same status and reason together, in the order of their first."""
    reasons = dict.fromkeys(line.status for line in lines)
    return tuple((reason, tuple(line for line in lines if line.status == reason)) for reason in reasons)


def _areas_table(published: Published) -> list[tuple[Indicator, list[Cell]]]:
    """Newest figure of every area, one row per indicator."""
    rows = []
    for indicator in published.indicators:
        view = _IndicatorView(published, indicator)
        newest = published.newest_of_areas.get(indicator.indicator_id, {})
        rows.append((indicator, [_area_cell(view, newest.get(area.area_code)) for area in published.areas]))
    return rows


def _area_cell(view: _IndicatorView, figure: Figure | None) -> Cell:
    if figure is None:
        return Cell("no value", "no row")
    status = wording.status_of(figure.status).label.lower()
    if view.exact(figure) is None:
        return Cell("no value", status)
    return Cell(view.value_of(figure), status if figure.status == "held" else "")


def _counts(figure: Figure) -> str:
    if figure.numerator is None or figure.denominator is None:
        return "none"
    return f"{printed_count(figure.numerator)} / {printed_count(figure.denominator)}"


def _count(count: float | None) -> str:
    return "none" if count is None else printed_count(count)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
