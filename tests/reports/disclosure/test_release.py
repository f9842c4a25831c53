"""Releases of monthly figures attacked: windows overlap, and each month's pack adds to what the last one said."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from orchestration.reports.disclosure.attack import breaches
from orchestration.reports.disclosure.edition import verdict_on
from orchestration.reports.disclosure.figures import FigureKey, Month, PrintedFigure
from orchestration.reports.disclosure.identities import (
    Identities,
    Measures,
)
from orchestration.reports.disclosure.pack import Pack, Printed, Relation
from orchestration.reports.disclosure.protect import primary, protect
from orchestration.reports.disclosure.release import pack_of
from tests.reports.disclosure.releases import Release, together

AREA = "E09000003"
MONTHS = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(35)]
MEASURES = {
    "share": Measures("rare record", "record"),
    "other": Measures("common record", "record"),
}
IDENTITIES = Identities(MEASURES)


def end_of(month: Month) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def monthly_counts(seed: int) -> dict[tuple[str, str, str], dict[Month, float]]:
    """Of some fourteen records a month one in 25 is of the rare and one in eight of the common kind."""
    draw = random.Random(seed)
    every = {month: float(draw.randint(9, 19)) for month in MONTHS}

    def some(chance: float) -> dict[Month, float]:
        return {
            m: float(sum(draw.random() < chance for _ in range(int(n)))) for m, n in every.items()
        }

    return {
        ("share", AREA, "numerator"): some(0.04), ("share", AREA, "denominator"): every,
        ("other", AREA, "numerator"): some(0.12), ("other", AREA, "denominator"): every,
    }  # fmt: skip


def figures_of(counts: dict[tuple[str, str, str], dict[Month, float]]) -> list[PrintedFigure]:
    """Both shares for every twelve months of the series."""
    found = []
    for last in range(11, len(MONTHS)):
        window = MONTHS[last - 11 : last + 1]
        for name in MEASURES:
            numerator, denominator = (
                sum(counts[name, AREA, part][month] for month in window)
                for part in ("numerator", "denominator")
            )
            found.append(
                PrintedFigure(
                    name, AREA, window[0], end_of(window[-1]), "percentage", "care_ended", numerator, denominator
                )
            )  # fmt: skip
    return found


@pytest.mark.slow
def test_twelve_packs_in_a_row_give_no_small_count_away_together() -> None:
    """Each pack was safe when it was released. What came later can narrow a count, but not give it away."""
    open_without_secondary = 0
    for seed in range(2):
        counts = monthly_counts(seed)
        figures = figures_of(counts)
        released: frozenset[FigureKey] = frozenset()
        for last in MONTHS[-12:]:
            pack = pack_of(
                [f for f in figures if f.period_end <= end_of(last)], IDENTITIES, counts, released
            )
            withheld = protect(pack)
            released |= {
                figure.key for figure in figures if figure.period_end <= end_of(last)
            } - withheld
        everything = pack_of(figures, IDENTITIES, counts)
        never_released = frozenset(figure.name for figure in everything.figures) - released
        assert [found for found in breaches(everything, never_released) if found.is_pinned] == []
        open_without_secondary += bool(breaches(everything, primary(everything)))
    assert open_without_secondary


def test_most_large_figures_stay_published() -> None:
    counts = monthly_counts(seed=1)
    pack = pack_of(figures_of(counts), IDENTITIES, counts)
    verdict = verdict_on(pack, protect(pack))
    assert verdict.is_safe
    assert verdict.unsafe > 0
    assert not verdict_on(pack, frozenset()).is_safe
    assert verdict.share_of_large_published >= 0.9


def test_a_count_that_two_indicators_print_is_one_unknown() -> None:
    """Without its own figure the base of the rare share stays known from the common one."""
    figures = [
        PrintedFigure(name, AREA, date(2024, 1, 1), date(2024, 12, 31), "percentage", "care_ended", few, 100)
        for name, few in (("share", 3), ("other", 40))
    ]  # fmt: skip
    pack = pack_of(figures, IDENTITIES, {})
    [rare] = [figure for figure in pack.figures if figure.is_unsafe]
    assert pack.known(frozenset({rare.name})) & set(rare.quantities)
    # three of a hundred: everything from none to all is possible
    assert protect(pack) == {rare.name}


def _printed(
    name: str, months: int, last: int, count: float, base: float | None, kind: str
) -> PrintedFigure:
    window = MONTHS[last - months + 1 : last + 1]
    return PrintedFigure(name, AREA, window[0], end_of(window[-1]), kind, "children", count, base)


EVENTS = {
    "adopted_pct": Measures("adoption order", "cessation of care"),
    "days": Measures("days", "adoption order", is_sum=True),
}


def _adoptions(indicator_events: dict[str, Measures]) -> Pack:
    """One adoption a month but in the last twelve months: a share of four of 90, a mean over 24 months of each month."""
    orders = dict.fromkeys(MONTHS, 1.0) | dict.fromkeys(MONTHS[-12:-4], 0.0)
    months = {
        ("adopted_pct", AREA, "numerator"): orders,
        ("adopted_pct", AREA, "denominator"): dict.fromkeys(MONTHS, 7.5),
        ("days", AREA, "denominator"): orders,
    }
    figures = [_printed("adopted_pct", 12, 34, 4, 90, "percentage")]
    figures += [
        _printed("days", length, last, 1000.0, sum(orders[m] for m in MONTHS[last - length + 1 : last + 1]), "mean")
        for length, last in ((24, 34), (12, 22))
    ]  # fmt: skip
    return pack_of(figures, Identities(indicator_events), months)


def test_an_event_that_another_indicator_counts_gives_a_withheld_count_away() -> None:
    """Of 24 months 16 adoptions, of the first twelve of them twelve: four are left."""
    pack = _adoptions(EVENTS)
    assert [found.amount for found in breaches(pack, primary(pack)) if found.is_pinned] == [4]
    assert breaches(pack, protect(pack)) == []

    apart = _adoptions({**EVENTS, "days": Measures("days", "another event", is_sum=True)})
    assert breaches(apart, primary(apart)) == []


def test_a_stock_and_what_flows_into_it_give_a_withheld_count_away() -> None:
    """Plans open at each month's end, and how many started in the year, tell how many ended."""
    started, ended = (
        dict.fromkeys(MONTHS, 1.0),
        {month: 1.0 * (month >= MONTHS[-4]) for month in MONTHS},
    )
    months = {("started", AREA, "numerator"): started, ("ended", AREA, "numerator"): ended}
    figures, plans = [], 40.0
    for month in MONTHS[-13:]:
        plans += started[month] - ended[month]
        end = end_of(month)
        figures.append(PrintedFigure("open", AREA, end, end, "rate_per_10k", "plans", plans, None))
    for name, count in (("started", 12.0), ("ended", 4.0)):
        figures.append(_printed(name, 12, 34, count, None, "rate_per_10k"))
    flows = {"started": Measures("started"), "ended": Measures("ended")}

    pack = pack_of(
        figures, Identities({**flows, "open": Measures("open", flows=("started", "ended"))}), months
    )
    assert [found.amount for found in breaches(pack, primary(pack)) if found.is_pinned] == [4]
    assert breaches(pack, protect(pack)) == []

    apart = pack_of(figures, Identities({**flows, "open": Measures("open")}), months)
    assert breaches(apart, primary(apart)) == []


@pytest.mark.parametrize(
    ("published", "end", "is_told"),
    [
        (("fy", 0), 3, True),
        (None, 3, False),
        (("fy", 0), 4, False),
        (("", 0), 4, True),
        (("annual", 0), 3, False),
    ],
)
def test_percentage_that_dfe_prints_for_the_year_is_known(
    published: tuple[str, int] | None, end: int, is_told: bool
) -> None:
    """8% of 90 is seven, whether we print it or not."""
    last = MONTHS.index(date(2024, end, 1))
    figures = [
        _printed(name, 12, last, count, 90, "percentage")
        for name, count in (("share", 7), ("other", 40))
    ]
    events = {
        "share": Measures("rare record", "record", published=published),
        "other": Measures("common record", "record"),
    }
    pack = pack_of(figures, Identities(events), {})
    found = breaches(pack, frozenset({figures[0].key}))
    assert bool(found) == is_told
    assert all(breach.is_pinned for breach in found)


def test_figures_about_schools_are_about_no_child() -> None:
    figures = [
        PrintedFigure("s", AREA, date(2024, 1, 1), date(2024, 1, 1), "percentage", "schools", 3, 9)
    ]
    assert pack_of(figures, Identities(), {}).figures == []


def test_what_no_release_tells_alone_two_can_tell_together() -> None:
    """March prints the sum, April the other part: three is what is left."""
    rare = Printed("rare", ("rare",), ("rare",))
    march = Pack(
        {"rare": 3, "common": 17, "sum": 20},
        [Relation((("rare", 1.0), ("common", 1.0), ("sum", -1.0)))],
        [rare, Printed("common", ("common",)), Printed("sum", ("sum",))],
    )
    april = Pack({"rare": 3, "common": 17}, [], [rare, Printed("common", ("common",))])
    first, second = (
        Release(march, frozenset({"rare", "common"})),
        Release(april, frozenset({"rare"})),
    )
    assert breaches(first.pack, first.withheld) == breaches(second.pack, second.withheld) == []
    both = together([first, second])
    [found] = breaches(both.pack, both.withheld)
    assert (found.quantity, found.is_pinned) == (("rare", 3), True)


def test_a_count_that_was_revised_is_another_unknown() -> None:
    before, after = (Pack({"rare": amount}, [], [Printed("rare", ("rare",))]) for amount in (3, 4))
    both = together([Release(before, frozenset()), Release(after, frozenset({"rare"}))])
    assert both.pack.known(both.withheld) == {("rare", 3)}
