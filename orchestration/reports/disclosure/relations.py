"""The equations between the quantities of a release. Each holds on the restricted rows, or it is not written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from orchestration.reports.disclosure.figures import Month, PrintedFigure
from orchestration.reports.disclosure.pack import Name, Relation
from orchestration.reports.disclosure.rules import is_small

Amounts = dict[Name, float]
"""Of every quantity; what a relation needs besides is added."""
Named = Mapping[str, Name]
"""The quantities of a figure: numerator, denominator and rest of the denominator, where it has them."""
SHARE = ("denominator", "numerator", "rest")


def total(whole: Name, parts: Iterable[Name]) -> Relation:
    """Parts add up to the whole."""
    return Relation((*((part, 1.0) for part in parts), (whole, -1.0)))


def by_month(
    named: Named, monthly: Mapping[str, Mapping[Month, Name]], with_parts: bool
) -> Iterator[Relation]:
    """A window is the sum of its months; in each month the parts of a share add up, too."""
    for part, names in monthly.items():
        yield total(named[part], names.values())
    if with_parts and set(SHARE) <= monthly.keys():
        whole, *parts = SHARE
        for month, name in monthly[whole].items():
            yield total(name, [monthly[part][month] for part in parts])


def published(
    figure: PrintedFigure, named: Named, decimals: int, amounts: Amounts
) -> Iterator[Relation]:
    """DfE prints the percentage of the year, today or at its next release: so much is known of its counts.

    Of counts of 1 to 5 it prints nothing.
    """
    is_share = figure.kind == "percentage" and named.keys() >= set(SHARE)
    if not is_share or any(is_small(amounts[name]) for name in named.values()):
        return
    few, all_ = amounts[named["numerator"]], amounts[named["denominator"]]
    if not all_:
        return
    percentage, half = round(100 * few / all_, decimals), 0.5 * 10**-decimals
    for side, sign in (("at least", 1.0), ("at most", -1.0)):
        edge = (percentage - sign * half) / 100
        room: Name = ("published", named["numerator"], named["denominator"], side)
        # The model of what is known has no negative amounts: a rounding that is just met leaves no room.
        amounts[room] = max(sign * (few - edge * all_), 0.0)
        weights = ((named["numerator"], sign), (named["denominator"], -sign * edge), (room, -1.0))
        yield Relation(weights)


def is_published_on(figure: PrintedFigure, basis: str) -> bool:
    """Whether DfE prints something of the same window: a year to March or December, and the last day of one."""
    last_day = {"fy": (3, 31), "annual": (12, 31)}.get(basis)
    if last_day is None:
        return True
    n_months = len(months_between(figure.period_start, figure.period_end))
    is_day = figure.period_start == figure.period_end
    ends = (figure.period_end.month, figure.period_end.day)
    return ends == last_day and (is_day or n_months == 12)


def stock(
    now: Name, before: Name, flows: tuple[Iterable[Name], Iterable[Name]], amounts: Amounts
) -> Iterator[Relation]:
    """A stock is the one of a month before, with what has started and without what has ended."""
    started, ended = flows
    for more in started:
        for less in ended:
            weights = ((before, 1.0), (more, 1.0), (less, -1.0), (now, -1.0))
            if sum(weight * amounts[name] for name, weight in weights) == 0:
                yield Relation(weights)


def no_more_than(parts: tuple[Name, ...], whole: Name, amounts: Amounts) -> Iterator[Relation]:
    """Parts that have no record in common leave so many of the whole, or none."""
    left = amounts[whole] - sum(amounts[part] for part in parts)
    if left >= 0 and whole not in parts:
        room: Name = ("beside", *parts, whole)
        amounts[room] = left
        yield total(whole, (*parts, room))


def months_between(start: date, end: date) -> list[Month]:
    """The first days of the months of a window."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]
