"""What the page says about one indicator: its line of the overview and its panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from orchestration.reports.content import wording
from orchestration.reports.content.comparisons import Comparator, comparators_for
from orchestration.reports.content.figures import (
    NO_VALUE,
    WITHHELD,
    Figures,
    count_of,
    counts_of,
    status_of,
)
from orchestration.reports.content.published import Figure, Indicator, ReportLine, headings_of
from orchestration.reports.content.trends import run_chart, summary
from orchestration.reports.content.why import why
from orchestration.reports.media.charts import render_run_chart

NO_SERIES, NOT_AVAILABLE = "no series", "not available"
# What the year before had no value for, where it is not its own status.
NOT_COMPARABLE = {"break_in_method": "break in method since"}
ASSURED = {
    "always meets the target": "; chance alone would not miss it",
    "sometimes meets the target": "; chance alone can decide whether it is met",
    "never meets the target": "; chance alone would not meet it",
    "not judged": "; too little history to say whether it is always met",
}
PROVISIONAL_POPULATION = "Provisional: the population is an earlier year's."
PROVISIONAL_RELEASE = "Provisional: not all records are of a revised or final release."


@dataclass(frozen=True)
class Cell:
    """A figure with the small print below it."""

    text: str
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether words replace the figure."""
        return self.text in (NO_VALUE, WITHHELD, NO_SERIES, NOT_AVAILABLE)


@dataclass(frozen=True)
class Line:
    """An indicator's line of the overview."""

    indicator: Indicator
    section: str
    value: Cell
    counts: str
    period: Cell
    year_before: Cell
    compared: str
    """The value with what it is compared with."""
    comparisons: tuple[Cell, ...]
    further: tuple[Cell, ...]
    """The columns that the report's line heads itself."""
    direction: Cell
    target: Cell
    rag: str
    status_code: str
    status: str
    notes: tuple[str, ...]
    why: str
    """What moved it."""
    comment: Cell
    """What its owner says; the note says who, and of which day."""


@dataclass(frozen=True)
class Place:
    """The authority among all authorities in the newest published year: rank, quarter and its cut-points."""

    indicator: Indicator
    period: str
    value: str
    rank: int
    ranked: int
    quarter: int
    """1 is the best."""
    cut_points: tuple[str, ...]
    """At or below them are a quarter, a half and three quarters of the authorities."""

    @property
    def says(self) -> str:
        """In a phrase."""
        return f"{self.rank} of {self.ranked} ({self.period}), quarter {self.quarter} of 4, 1 being the best"


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
    place: Place | None
    rows: tuple[DataRow, ...]


def line_of(figures: Figures, *, is_public: bool) -> Line:
    """The newest figure, last year's and the published ones."""
    line = figures.line
    value, year_before = _value(figures), _year_before(figures)
    return Line(
        indicator=figures.indicator,
        section=figures.group,
        value=value,
        counts=counts_of(line, figures.indicator.headline_basis),
        period=Cell(capital(figures.period_of(line)), wording.age(line.period_age_months)),
        year_before=year_before,
        compared=f"{value.text}, {figures.usual}" if figures.usual else value.text,
        comparisons=tuple(_compared(figures, one) for one in comparators_for(figures.home)),
        further=tuple(
            Cell(wording.plain(getattr(line, name)) or NOT_AVAILABLE)
            for name in headings_of(ReportLine)
        ),
        direction=Cell(capital(line.direction), line.direction_reason or figures.usual),
        target=Cell(line.rag, _target_note(figures)),
        rag=line.rag,
        status_code=line.status,
        status=status_of(line),
        notes=tuple(_notes(figures)),
        why=why(figures, is_public=is_public),
        comment=_comment(line),
    )


def _comment(line: ReportLine) -> Cell:
    if line.comment is None or line.commented_on is None:
        return Cell("")
    who = line.commented_by or "the owner"
    return Cell(line.comment, f"{who}, {wording.day(line.commented_on)}")


def _value(figures: Figures) -> Cell:
    is_shown_apart = figures.line.value is not None and figures.indicator.unit != "%"
    return Cell(figures.value_of(figures.line), figures.indicator.unit if is_shown_apart else "")


def _year_before(figures: Figures) -> Cell:
    line = figures.line
    if line.year_before_period_end is None or line.year_before_status is None:
        return Cell(NO_VALUE, "before the first submission")
    if line.year_before_value is None:
        said = NOT_COMPARABLE.get(
            line.year_before_status, wording.status_of(line.year_before_status).label.lower()
        )
        return Cell(WITHHELD if line.year_before_status == "suppressed" else NO_VALUE, said)
    before = figures.at(line.year_before_period_end)
    period = (
        wording.day(line.year_before_period_end) if before is None else figures.period_of(before)
    )
    return Cell(figures.printed(line.year_before_value), period)


def _compared(figures: Figures, comparator: Comparator) -> Cell:
    found = figures.compared[comparator.key]
    if found.value is None or found.basis is None or found.period is None:
        return Cell(NO_SERIES if not figures.indicator.benchmark_series else NOT_AVAILABLE)
    start, end = next(
        (one.period_start, one.period_end)
        for one in figures.benchmarks
        if (one.comparator, one.basis, one.period_label)
        == (comparator.key, found.basis, found.period)
    )
    note = wording.published_period(found.basis, found.period, start, end)
    if found.neighbour_model:
        note += f"; {found.n_available} of 10 areas, {found.neighbour_model} model"
    return Cell(figures.printed(found.value), note)


def _target_note(figures: Figures) -> str:
    line = figures.line
    if line.target is None:
        return "no target"
    said = f"target {figures.with_unit(figures.target)}"
    return said if line.assurance == "not judged" else f"{said}; {line.assurance}"


def _notes(figures: Figures) -> list[str]:
    """What a reader must know about the newest figure besides its status."""
    line = figures.line
    notes = [f"{said}." for said in _variants(figures, line.period_end)]
    if interval := figures.interval_of(figures.newest):
        notes.append(f"{capital(interval)}.")
    if line.is_provisional and line.value is not None:
        is_rate = figures.indicator.kind == "rate_per_10k"
        notes.append(PROVISIONAL_POPULATION if is_rate else PROVISIONAL_RELEASE)
    if line.last_value_period_end is not None:
        last = figures.at(line.last_value_period_end)
        if last is not None and last.value is not None:
            said = (f"Last value {figures.printed(last.value)}, {figures.period_of(last)}",)
            notes.append(f"{'; '.join((*said, *_variants(figures, last.period_end)))}.")
    if line.break_reason is not None and line.break_on is not None:
        notes.append(f"Break in method at {wording.month(line.break_on)}: {line.break_reason}.")
    return notes


def _variants(figures: Figures, end: date) -> list[str]:
    """What the value of a period cannot be read without."""
    return [said for said in (variant.at(end) for variant in figures.variants) if said]


def place_of(figures: Figures) -> Place | None:
    """The authority's row of the table of places; None where nobody publishes every authority's figure."""
    rank = figures.rank
    if rank is None:
        return None
    return Place(
        indicator=figures.indicator,
        period=wording.reason(rank.rank_period),
        value=figures.printed(rank.ranked_value),
        rank=rank.national_rank,
        ranked=rank.n_ranked,
        quarter=rank.quartile,
        cut_points=tuple(
            figures.printed(value)
            for value in (rank.lower_quartile, rank.national_median, rank.upper_quartile)
        ),
    )


def panel_of(figures: Figures, line: Line) -> Panel:
    """The chart, its words, and every period."""
    headings = (comparator.heading for comparator in comparators_for(figures.home))
    return Panel(
        line=line,
        lead=lead_of(figures, line),
        chart=_drawing(figures),
        summary=summary(figures),
        comparisons=tuple(zip(headings, line.comparisons, strict=True)),
        basis_note=basis_note_of(figures),
        place=place_of(figures),
        rows=tuple(data_row_of(figures, figure) for figure in reversed(figures.figures)),
    )


def _drawing(figures: Figures) -> Markup | None:
    chart, indicator = run_chart(figures), figures.indicator
    if chart is None:
        return None
    label = f"Run chart of {indicator.position}, {indicator.title}"
    svg = render_run_chart(chart, label, described_by=f"{indicator.indicator_id}-summary")
    return Markup(svg)  # noqa: S704 -- our own drawing, its texts escaped by who drew it


def lead_of(figures: Figures, line: Line) -> str:
    """The newest figure in a sentence."""
    period = figures.period_of(figures.line)
    if line.value.is_empty:
        return " ".join((f"No value, {period}. {line.status}.", *line.notes))
    value = figures.short_of or line.value.text
    said = f"{figures.with_unit(value)}, {period} ({line.period.note})"
    if not line.year_before.is_empty:
        said += f"; a year earlier {line.year_before.text}"
    held = (f"{line.status}.",) if line.status_code == "held" else ()
    return " ".join((f"{said}.", *held, _judgement(figures), *line.notes))


def _judgement(figures: Figures) -> str:
    """Direction of travel and target in a sentence each, where there is something to say."""
    line, said = figures.line, []
    if line.direction == "no change":
        said.append(f"No change beyond chance: {figures.usual}.")
    elif line.direction != "not judged":
        said.append(f"{capital(line.direction)} beyond chance: {figures.usual}.")
    if line.target is not None:
        target = figures.with_unit(figures.target)
        said.append(f"{line.rag}: target {target}{ASSURED.get(line.assurance, '')}.")
        said.append(f"{capital(figures.target_agreed)}.")
    return " ".join(said)


def basis_note_of(figures: Figures) -> str:
    """How published figures differ in period from ours; empty where they do not."""
    bases = sorted({one.basis for one in figures.benchmarks})
    notes = (wording.basis_note(figures.indicator.headline_basis, basis) for basis in bases)
    return " ".join(note for note in notes if note)


def data_row_of(figures: Figures, figure: Figure) -> DataRow:
    """A period in print."""
    return DataRow(
        period=capital(figures.period_of(figure)),
        numerator=count_of(figure, figure.numerator),
        denominator=count_of(figure, figure.denominator),
        value=figures.value_of(figure),
        status="; ".join([status_of(figure), *_remarks(figures, figure)]),
    )


def _remarks(figures: Figures, figure: Figure) -> list[str]:
    remarks = ["provisional"] if figure.is_provisional else []
    note = wording.counts_note(figures.indicator.headline_basis)
    if note and figure.numerator is not None:
        remarks.append(f"numerator and denominator: {note}")
    remarks += [interval] if (interval := figures.interval_of(figure)) else []
    if source := _other_source(figures, figure):
        remarks.append(f"now from {source}")
    first = figure.first_reported_value
    if first is not None and figures.printed(first) != figures.value_of(figure):
        remarks.append(f"first reported as {figures.printed(first)}")
    return remarks


def _other_source(figures: Figures, figure: Figure) -> str:
    """What a figure comes from, where the one before it came from elsewhere."""
    before = [one.source for one, _ in figures.valued if one.period_end < figure.period_end]
    if figure.value is None or figure.source is None or not before:
        return ""
    is_other = before[-1] not in (None, figure.source)
    return wording.inputs(figure.source.replace("+", " and ")) if is_other else ""


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]
