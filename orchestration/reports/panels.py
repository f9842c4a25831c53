"""What the page says about one indicator: its line of the overview and its panel."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from orchestration.reports import wording
from orchestration.reports.charts import render_run_chart
from orchestration.reports.comparisons import Comparator, comparators_for, newest_benchmark
from orchestration.reports.figures import NO_VALUE, Figures, count_of, counts_of, status_of
from orchestration.reports.published import Figure, Indicator
from orchestration.reports.rounding import exact
from orchestration.reports.trends import run_chart, summary

NO_SERIES, NOT_AVAILABLE = "no series", "not available"


@dataclass(frozen=True)
class Cell:
    """A figure with what stands in small letters below it."""

    text: str
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Words stand in the place of a figure."""
        return self.text in (NO_VALUE, NO_SERIES, NOT_AVAILABLE)


@dataclass(frozen=True)
class Line:
    """An indicator's line of the overview."""

    indicator: Indicator
    value: Cell
    counts: str
    period: Cell
    year_before: Cell
    comparisons: tuple[Cell, ...]
    status_code: str
    status: str
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


def line_of(figures: Figures) -> Line:
    """The newest figure beside last year's and the published ones."""
    newest = figures.newest
    return Line(
        indicator=figures.indicator,
        value=_value(figures),
        counts=counts_of(newest),
        period=Cell(
            _capital(figures.period_of(newest)), wording.age(newest.period_end, figures.as_at)
        ),
        year_before=_year_before(figures),
        comparisons=tuple(_compared(figures, one) for one in comparators_for(figures.home)),
        status_code=newest.status,
        status=status_of(newest),
        notes=tuple(_notes(figures)),
    )


def _value(figures: Figures) -> Cell:
    is_shown_apart = figures.exact(figures.newest) is not None and figures.indicator.unit != "%"
    return Cell(figures.value_of(figures.newest), figures.indicator.unit if is_shown_apart else "")


def _year_before(figures: Figures) -> Cell:
    found = figures.at(wording.year_before(figures.newest.period_end))
    if found is None:
        return Cell(NO_VALUE, "before the first submission")
    if figures.exact(found) is None:
        return Cell(NO_VALUE, wording.status_of(found.status).label.lower())
    return Cell(figures.value_of(found), figures.period_of(found))


def _compared(figures: Figures, comparator: Comparator) -> Cell:
    if not figures.indicator.benchmark_series:
        return Cell(NO_SERIES)
    found = newest_benchmark(figures.benchmarks, comparator, figures.newest.period_end)
    if found is None:
        return Cell(NOT_AVAILABLE)
    note = figures.period_of(found)
    if found.neighbour_model:
        note += f"; {found.n_available} of 10 areas, {found.neighbour_model} model"
    return Cell(figures.printed(exact(found.value)), note)


def _notes(figures: Figures) -> list[str]:
    """What a reader must know about the newest figure besides its status."""
    notes = []
    if figures.newest.is_provisional:
        notes.append("Provisional: the population is an earlier year's.")
    if figures.exact(figures.newest) is None and figures.valued:
        last, value = figures.valued[-1]
        notes.append(f"Last value {figures.printed(value)}, {figures.period_of(last)}.")
    return notes


def panel_of(figures: Figures, line: Line) -> Panel:
    """The chart, its words, and every period."""
    headings = (comparator.heading for comparator in comparators_for(figures.home))
    return Panel(
        line=line,
        lead=_lead(figures, line),
        chart=_drawing(figures),
        summary=summary(figures),
        comparisons=tuple(zip(headings, line.comparisons, strict=True)),
        basis_note=_basis_note(figures),
        rows=tuple(_data_row(figures, figure) for figure in reversed(figures.figures)),
    )


def _drawing(figures: Figures) -> Markup | None:
    chart, indicator = run_chart(figures), figures.indicator
    if chart is None:
        return None
    label = f"Run chart of {indicator.position}, {indicator.title}"
    svg = render_run_chart(chart, label, described_by=f"{indicator.indicator_id}-summary")
    return Markup(svg)  # noqa: S704 -- our own drawing, its texts escaped by who drew it


def _lead(figures: Figures, line: Line) -> str:
    """The newest figure in a sentence."""
    period = figures.period_of(figures.newest)
    if line.value.is_empty:
        return " ".join((f"No value, {period}. {line.status}.", *line.notes))
    said = f"{figures.with_unit(line.value.text)}, {period} ({line.period.note})"
    if not line.year_before.is_empty:
        said += f"; a year earlier {line.year_before.text}"
    held = (f"{line.status}.",) if line.status_code == "held" else ()
    return " ".join((f"{said}.", *held, *line.notes))


def _basis_note(figures: Figures) -> str:
    bases = sorted({one.basis for one in figures.benchmarks})
    notes = (wording.basis_note(figures.indicator.headline_basis, basis) for basis in bases)
    return " ".join(note for note in notes if note)


def _data_row(figures: Figures, figure: Figure) -> DataRow:
    return DataRow(
        period=_capital(figures.period_of(figure)),
        numerator=count_of(figure.numerator),
        denominator=count_of(figure.denominator),
        value=figures.value_of(figure),
        status="; ".join([status_of(figure), *_remarks(figures, figure)]),
    )


def _remarks(figures: Figures, figure: Figure) -> list[str]:
    remarks = ["provisional"] if figure.is_provisional else []
    first = figure.first_reported_value
    if first is not None and figures.printed(exact(first)) != figures.value_of(figure):
        remarks.append(f"first reported as {figures.printed(exact(first))}")
    return remarks


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
