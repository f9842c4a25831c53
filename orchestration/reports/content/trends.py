"""An indicator's run chart: which series it shows, and the same in words for readers who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orchestration.reports.content import wording
from orchestration.reports.content.comparisons import Comparator, as_published, charted_comparators
from orchestration.reports.content.figures import Figures, status_of
from orchestration.reports.content.published import Benchmark
from orchestration.reports.media.charts import (
    LIMIT,
    TARGET,
    USUAL,
    Mark,
    Rule,
    RunChart,
    Series,
)

MARKED_BY_NAME = 2


def run_chart(figures: Figures) -> RunChart | None:
    """The chart of all periods; None where no period has a value."""
    if not figures.valued:
        return None
    last, value = figures.valued[-1]
    points = [(figure.period_end, figure.value) for figure in figures.figures]
    return RunChart(
        own=Series(_label(figures, _own_name(figures), value, last.period_end), points),
        compared=[_series(figures, *pair) for pair in _charted(figures)],
        rules=_rules(figures),
        marks=[Mark(day, _numbers(said)) for day, said in sorted(_milestones(figures).items())],
        unit=figures.indicator.unit,
    )


def _own_name(figures: Figures) -> str:
    """A gap is published for the authority too: which of the two is ours is said."""
    name = figures.home.area_name
    return f"{name}, own data" if figures.indicator.kind == "gap" else name


def _rules(figures: Figures) -> list[Rule]:
    """What the newest figure is compared with, limits and target; the limits are named in the summary."""
    newest, target = figures.newest, figures.line.target
    rules = [
        Rule(limit, LIMIT)
        for limit in (newest.lower_limit, newest.upper_limit)
        if limit is not None
    ]
    if newest.usual is not None:
        rules.append(Rule(newest.usual, USUAL, f"Years before {figures.printed(newest.usual)}"))
    if target is not None:
        rules.append(Rule(target, TARGET, f"Target {figures.target}"))
    return rules


def _milestones(figures: Figures) -> dict[date, list[tuple[str, str]]]:
    """By day within the chart: which linked actions began, or were complete."""
    found: dict[date, list[tuple[str, str]]] = {}
    for action in figures.actions:
        for day, what in ((action.begun_on, "begun"), (action.completed_on, "complete")):
            is_shown = day is not None and day >= figures.figures[0].period_end
            if day is not None and is_shown and day <= figures.newest.period_end:
                found.setdefault(day, []).append((action.action_id, what))
    return found


def _numbers(said: Sequence[tuple[str, str]]) -> str:
    """The actions of a mark by number; the text next to the chart says what became of each."""
    numbers = list(dict.fromkeys(action for action, _ in said))
    rest = len(numbers) - MARKED_BY_NAME
    return ", ".join(numbers[:MARKED_BY_NAME]) + (f" +{rest}" if rest > 0 else "")


def _charted(figures: Figures) -> list[tuple[Comparator, list[Benchmark]]]:
    """Published figures within the months of the chart, oldest first, of the groups that have any."""
    found = []
    published = [as_published(figures.home)] if figures.indicator.kind == "gap" else []
    for comparator in (*charted_comparators(figures.home), *published):
        compared = figures.compared.get(comparator.key)
        model = (compared.neighbour_model if compared else None) or ""
        within = [
            one
            for one in figures.benchmarks
            if (one.comparator, one.neighbour_model) == (comparator.key, model)
            and figures.figures[0].period_end <= one.period_end <= figures.newest.period_end
        ]
        if within:
            found.append((comparator, within))
    return found


def _series(figures: Figures, comparator: Comparator, within: list[Benchmark]) -> Series:
    newest = within[-1]
    label = _label(figures, comparator.heading, newest.value, newest.period_end)
    return Series(label, [(one.period_end, one.value) for one in within])


def _label(figures: Figures, name: str, value: float, end: date) -> str:
    """Name and value, with the month where it is not the newest of the chart."""
    dated = "" if end == figures.newest.period_end else f" ({wording.month(end)})"
    return f"{name} {figures.printed(value)}{dated}"


def summary(figures: Figures) -> str:
    """What the chart shows in a sentence or, without a chart, why there is none."""
    if not figures.valued:
        periods = wording.counted(len(figures.figures), figures.noun)
        return f"There is no chart: no value in the {periods} on record."
    parts = [_course(figures)]
    parts += _limits(figures)
    parts.append(_gaps(figures))
    parts += [_compared(figures, *pair) for pair in _charted(figures)]
    parts += _actions(figures)
    return f"{'; '.join(parts)}."


def _actions(figures: Figures) -> list[str]:
    """The marks of the chart, by day."""
    said = [
        f"{wording.month(day)} {wording.listed([f'{action} {what}' for action, what in marked])}"
        for day, marked in sorted(_milestones(figures).items())
    ]
    return [f"linked actions (upright lines): {', '.join(said)}"] if said else []


def _course(figures: Figures) -> str:
    (first, first_value), (last, last_value) = figures.valued[0], figures.valued[-1]
    latest = figures.with_unit(figures.printed(last_value))
    if len(figures.valued) == 1:
        return f"One value: {latest}, {figures.period_of(last)}"
    lowest, low = min(figures.valued, key=lambda pair: pair[1])
    highest, high = max(figures.valued, key=lambda pair: pair[1])
    if figures.printed(low) == figures.printed(high):
        count = wording.counted(len(figures.valued), figures.noun)
        return f"{count} with a value: {latest} throughout, {figures.period_of(last)} the latest"
    return (
        f"{wording.counted(len(figures.valued), figures.noun)} with a value:"
        f" from {figures.printed(first_value)} ({figures.period_of(first)})"
        f" to {latest} ({figures.period_of(last)}, the latest),"
        f" between {figures.printed(low)} ({wording.month(lowest.period_end)})"
        f" and {figures.printed(high)} ({wording.month(highest.period_end)})"
    )


def _limits(figures: Figures) -> list[str]:
    newest, said = figures.newest, []
    if figures.usual and newest.lower_limit is not None and newest.upper_limit is not None:
        said.append(f"{figures.usual} (dashed)")
        said.append(
            f"by chance alone the newest would be between (dotted)"
            f" {figures.printed_limit(newest.lower_limit)} and {figures.printed_limit(newest.upper_limit)}"
        )
    if figures.line.target is not None:
        said.append(f"target {figures.target}")
    if newest.break_on is not None:
        said.append(f"break in method at {wording.month(newest.break_on)}")
    return said


def _gaps(figures: Figures) -> str:
    empty = [figure for figure in figures.figures if figure.value is None]
    if not empty:
        return f"no {figures.noun} is missing"
    ends = wording.month_runs(figure.period_end for figure in empty)
    said = f"no value in {wording.counted(len(empty), figures.noun)}: {ends}"
    suspended = [figure for figure in empty if figure.status == "not_produced"]
    reasons = dict.fromkeys(status_of(figure) for figure in suspended)
    years = [figures.period_of(figure) for figure in suspended]
    return f"{said}, of which {wording.listed(years)}: {'; '.join(reasons)}" if suspended else said


def _compared(figures: Figures, comparator: Comparator, within: list[Benchmark]) -> str:
    newest = within[-1]
    value = figures.printed(newest.value)
    return f"{comparator.heading} {value}, {figures.period_of(newest)}"
