"""Small authorities in which one class of identity tells what all others do not: events by month, and packs of them.

A story is printed by the product (a warehouse, its public edition, its pages) and read by the outsider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dateutil.relativedelta import relativedelta

from orchestration.registry.indicators import Indicator, load_indicators
from orchestration.reports.disclosure.identities import IdentityClass
from tests.reports.conftest import Warehouse

AREA, FIRST = "E09000003", date(2022, 7, 1)
MONTHS = 36
YEARS = (12, 24, 36)
"""The last months of three years that are none of DfE's: they end in June."""
INDICATORS = {one.position: one for one in load_indicators() if one.position}
Counts = Mapping[int, int]
"""By month, the first of the three years being 1."""


@dataclass(frozen=True)
class Pack:
    """What is known when a pack is printed: figures by measure, and events by month."""

    figures: Mapping[tuple[str, int], tuple[int, int | None]]
    """By measure and last month: numerator and denominator."""
    months: Mapping[str, tuple[Counts, Counts]] = field(default_factory=dict)
    """By measure: what each month adds to numerator and denominator."""
    first: date = FIRST


def total(counts: Counts, last: int, length: int) -> int:
    """What the months of a window add up to."""
    return sum(counts.get(month, 0) for month in range(last - length + 1, last + 1))


def of_care(
    adopted: Counts, guardians: Counts, ceased: Counts, ends: Iterable[int], *, ends_of_three: Iterable[int] = (MONTHS,),
    first: date = FIRST,
) -> Pack:  # fmt: skip
    """Children who left care: adopted (SC17), by guardianship (SC18), and the days to an adoption (SC21)."""
    figures: dict[tuple[str, int], tuple[int, int | None]] = {}
    for end in ends:
        for number, few in (("SC17", adopted), ("SC18", guardians)):
            figures[number, end] = total(few, end, 12), total(ceased, end, 12)
    for end in ends_of_three:
        n_adopted = total(adopted, end, 36)
        figures["SC21", end] = 400 * n_adopted, n_adopted
    months = {"SC17": (adopted, ceased), "SC18": (guardians, ceased), "SC21": (adopted, adopted)}
    return Pack(figures, months, first)


def years(*counts: int) -> Counts:
    """All of a year in its last month."""
    return dict(zip(YEARS, counts, strict=False))


def _three_years(adopted: Counts, first: date = FIRST, ends: Iterable[int] = YEARS) -> Pack:
    """Ninety children leave care each year, forty of them by guardianship."""
    return of_care(adopted, years(40, 40, 40), years(90, 90, 90), ends, first=first)


def _open_plans() -> Pack:
    """One plan starts each month; in the last year one ends in each of the last four months."""
    started = dict.fromkeys(range(1, 37), 1)
    ended = dict.fromkeys(range(33, 37), 1)
    plans = 40
    figures: dict[tuple[str, int], tuple[int, int | None]] = {("SC09", 24): (plans, None)}
    for month in range(25, 37):
        plans += started[month] - ended.get(month, 0)
        figures["SC09", month] = plans, None
    figures["SC10", 36], figures["SC11", 36] = (0, 12), (0, 4)
    return Pack(figures, {"SC10": ({}, started), "SC11": ({}, ended)})


def _every_other_month() -> Pack:
    """Ten conferences in the odd months of one year and in the even ones of the next: no more can have been in time."""
    held = dict.fromkeys((*range(1, 12, 2), *range(14, 25, 2)), 10)
    in_time = {1: 5, 11: 4} | dict.fromkeys(range(14, 25, 2), 9)
    figures: dict[tuple[str, int], tuple[int, int | None]] = {}
    for end in range(12, 25):
        figures["SC06", end] = total(held, end, 12), None
        figures["SC07", end] = total(in_time, end, 12), total(held, end, 12)
    return Pack(figures, {"SC06": (held, {}), "SC07": (in_time, held)})


def _neet() -> Pack:
    """Nobody of thirty is known to be NEET, so nobody of the eight who are looked after is."""
    return Pack({("ED13a", 32): (0, 30), ("ED13b", 32): (8, 30), ("ED11f", 32): (0, 8)})


def _adoption_a_month() -> Pack:
    each = dict.fromkeys(range(1, 37), 1) | dict.fromkeys(range(-20, 1), 1)
    return of_care(each, {}, dict.fromkeys(each, 10), (36,), ends_of_three=range(30, 37))


IN_MARCH = date(2022, 4, 1)
STORIES: Mapping[IdentityClass, tuple[Pack, ...]] = {
    IdentityClass.PARTS: (_every_other_month(),),
    IdentityClass.MONTHS: (_three_years(years(14, 12, 4)),),
    IdentityClass.EVENTS: (_three_years(years(14, 12, 4)),),
    IdentityClass.STOCKS: (_open_plans(),),
    IdentityClass.SUBSETS: (_neet(),),
    # 8 of 90 is 9%, whether we print it or not.
    IdentityClass.DFE: (_three_years(years(14, 8, 4), IN_MARCH),),
    # The first pack prints what the second would rather hide.
    IdentityClass.EARLIER: (
        of_care(years(14, 8), years(40, 40), years(90, 90), YEARS[:2], ends_of_three=()),
        _three_years(years(14, 8, 4)),
    ),
    # The second pack has nothing to hide, but what the first one hid was four.
    IdentityClass.RESTATED: (_three_years(years(14, 8, 4)), _three_years(years(14, 8, 9))),
    IdentityClass.MEANS: (_adoption_a_month(),),
}


def write(pack: Pack, warehouse: Callable[[], Warehouse], path: Path) -> Path:
    """The warehouse of a pack, before anything of it is public."""
    made = warehouse()
    made.add_area(AREA, "Barnet", is_home=True)
    numbers = dict.fromkeys(number for number, _ in pack.figures)
    for number in numbers:
        one = INDICATORS[number]
        made.add_indicator(
            one.id, position=number, title=one.title, kind=one.kind, population=one.population, unit=one.shown_unit,
            headline_basis=one.basis, published_decimals=one.decimals, method=one.method, reports="committee",
        )  # fmt: skip
    for (number, last), (numerator, denominator) in pack.figures.items():
        _add_figure(made, INDICATORS[number], pack, last, (numerator, denominator))
    for number in numbers:
        for part, counts in zip(
            ("numerator", "denominator"), pack.months.get(number, ()), strict=False
        ):
            _add_records(made, INDICATORS[number], pack, part, counts)
    return made.write(path)


def _add_figure(
    made: Warehouse, indicator: Indicator, pack: Pack, last: int, counts: tuple[int, int | None]
) -> None:
    length = {"rolling12": 12, "rolling36": 36}.get(indicator.basis, 1)
    end = pack.first + relativedelta(months=last, days=-1)
    start = (
        end if indicator.basis == "snapshot" else pack.first + relativedelta(months=last - length)
    )
    numerator, denominator = counts
    base = 90_000 if denominator is None else denominator
    factor = {"percentage": 100, "rate_per_10k": 10_000}.get(indicator.kind, 1)
    made.add_figure(
        indicator.id, end.isoformat(), numerator, period_start=start, denominator=base,
        value=factor * numerator / base,
    )  # fmt: skip


def _add_records(
    made: Warehouse, indicator: Indicator, pack: Pack, part: str, counts: Counts
) -> None:
    """What each month adds, on its last day; of a mean each record by itself."""
    if indicator.adds_up and part == "numerator":
        return
    for month, count in counts.items():
        day = pack.first + relativedelta(months=month, days=-1)
        for number in range(count if indicator.adds_up else 1):
            amounts = (
                {part: count} if not indicator.adds_up else {"numerator": 400, "denominator": 1}
            )
            made.rows["fct_counted_records"].append(
                {"indicator_id": indicator.id, "area_code": AREA, "record_key": f"{month}-{number}", "child_key": None,
                 "event_date": day, "counted_on": day,
                 **{f"{name}_amount": float(amount) for name, amount in amounts.items()}}
            )  # fmt: skip
