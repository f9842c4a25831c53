"""The printed figures of a release as a pack: which counts they print, and how those hang together.

Counts are named by the event that they count, their window and their amount, so that a count which several indicators
print is one unknown, whatever the population that it comes from, and one that was restated is two. Months are unknowns
too: rolling windows are sums of them, which is how two windows are compared to find what happened in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from orchestration.registry.indicators import NOT_PERSONS
from orchestration.reports.disclosure import relations
from orchestration.reports.disclosure.figures import (
    FigureKey,
    Month,
    Monthly,
    MonthlyKey,
    PrintedFigure,
)
from orchestration.reports.disclosure.identities import (
    Identities,
    IdentityClass,
    Measures,
    rest_of,
)
from orchestration.reports.disclosure.pack import Name, Pack, Printed, Relation
from orchestration.reports.disclosure.rules import is_small, is_unsafe

RATES = frozenset({"rate_per_10k", "rate", "count"})
SHARES = frozenset({"percentage", "gap"})
WINDOW, MONTH = "window to", "month"
Place = tuple[str, str, str, date]
"""Area and event, and the month or the last day of the window in which it is counted."""


@dataclass(frozen=True)
class State:
    """Figures and months as a pack had them, as far as they were not so in the pack before."""

    figures: tuple[PrintedFigure, ...] = ()
    months: Monthly = field(default_factory=dict)
    shown: frozenset[FigureKey] = frozenset()
    """Those that the pack printed; the others it withheld."""


def pack_of(
    figures: Iterable[PrintedFigure],
    identities: Identities,
    months: Monthly,
    released: frozenset[FigureKey] = frozenset(),
    past: Iterable[State] = (),
) -> Pack:
    """The release as unknowns and relations; raises NoRule for a kind of figure that has none.

    `released`: figures that a pack has printed as they are. `past`: what earlier packs had, the oldest first.
    """
    builder, current = _Builder(identities), tuple(figures)
    if IdentityClass.RESTATED in identities.used:
        for state in past:
            builder.enter(state)
    else:
        released |= _as_they_were(current, past)
    return builder.finish(State(current, months, released))


def _as_they_were(figures: Iterable[PrintedFigure], past: Iterable[State]) -> frozenset[FigureKey]:
    shown = {
        (one.key, one.numerator, one.denominator)
        for state in past
        for one in state.figures
        if one.key in state.shown
    }
    return frozenset(
        one.key for one in figures if (one.key, one.numerator, one.denominator) in shown
    )


@dataclass
class _Entered:
    """A figure as a pack had it, by the quantities that it prints."""

    figure: PrintedFigure
    named: relations.Named
    is_unsafe: bool
    was_shown: bool = False

    def printed(self, name: Name, amounts: relations.Amounts, is_past: bool) -> Printed:
        """The same as attack and protection know it."""
        quantities = tuple(self.named.values())
        small = tuple(one for one in quantities if is_small(amounts[one]))
        # of a small base every count must stay uncertain, also the large ones
        guarded = (small or quantities) if self.is_unsafe else ()
        return Printed(name, quantities, guarded, self.was_shown, is_past)


class _Builder:
    """Collects quantities and relations, pack after pack; what stayed as it was is the same quantity."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._amounts: relations.Amounts = {}
        self._relations: dict[Relation, None] = {}
        self._versions: dict[FigureKey, dict[tuple[Name, ...], _Entered]] = defaultdict(dict)
        self._figures: dict[FigureKey, PrintedFigure] = {}
        self._months: dict[MonthlyKey, dict[Month, float]] = defaultdict(dict)
        # by place the newest quantity of each indicator's part, with the first day of its window
        self._at: dict[Place, dict[tuple[str, str], tuple[date, Name]]] = defaultdict(dict)
        self._stocks: dict[tuple[str, str], dict[Month, Name]] = defaultdict(dict)

    def enter(self, state: State) -> list[_Entered]:
        """Add what a pack had; returns its figures."""
        figures = {figure.key: figure for figure in state.figures}
        for key, months in state.months.items():
            self._months[key].update(months)
        moved = {(indicator_id, area_code) for indicator_id, area_code, _ in state.months}
        figures |= {
            k: one for k, one in self._figures.items() if k not in figures and k[:2] in moved
        }
        self._figures |= figures
        places: set[Place] = set()
        entered = []
        for key, figure in sorted(figures.items()):
            if one := self._enter_figure(figure, places):
                one.was_shown |= key in state.shown
                entered.append(one)
        if self._uses(IdentityClass.STOCKS):
            self._relate_stocks()
        if self._uses(IdentityClass.SUBSETS):
            self._relate_subsets(places)
        return entered

    def finish(self, state: State) -> Pack:
        """Add the pack that is about to be printed; returns everything."""
        self._figures.clear()
        current = self.enter(state)
        if self._uses(IdentityClass.DFE):
            self._relate_published(current)
        pack = Pack(self._amounts, list(self._relations))
        now = {id(one) for one in current}
        for key, versions in self._versions.items():
            for number, one in enumerate(versions.values()):
                is_past = id(one) not in now
                name = (*key, number) if is_past else key
                pack.figures.append(one.printed(name, self._amounts, is_past))
        return pack

    def _uses(self, identity: IdentityClass) -> bool:
        return identity in self._identities.used

    def _relate(self, found: Iterable[Relation]) -> None:
        self._relations |= dict.fromkeys(found)

    def _enter_figure(self, figure: PrintedFigure, places: set[Place]) -> _Entered | None:
        unsafe = is_unsafe(figure.for_rules)
        if figure.population in NOT_PERSONS:
            return None
        measured = self._identities.of(figure.indicator_id)
        counts = _counts_of(figure, measured)
        window = (figure.area_code, figure.period_start, figure.period_end)
        named = {part: (*window, event, amount) for part, (event, amount) in counts.items()}
        if not named:
            return None
        self._amounts.update({named[part]: amount for part, (_, amount) in counts.items()})
        whole, *parts = relations.SHARE
        if self._uses(IdentityClass.PARTS) and whole in named and parts[0] in named:
            self._relate([relations.total(named[whole], [named[part] for part in parts])])
        for part, (event, _) in counts.items():
            place = (figure.area_code, event, WINDOW, figure.period_end)
            places.add(place)
            self._at[place][figure.indicator_id, part] = figure.period_start, named[part]
        if self._uses(IdentityClass.MONTHS):
            self._enter_months(figure, counts, named, places)
        if measured.flows and "numerator" in named:
            month = figure.period_end.replace(day=1)
            self._stocks[figure.indicator_id, figure.area_code][month] = named["numerator"]
        version = _Entered(figure, named, unsafe)
        return self._versions[figure.key].setdefault(tuple(named.values()), version)

    def _enter_months(
        self,
        figure: PrintedFigure,
        counts: Mapping[str, tuple[str, float]],
        named: relations.Named,
        places: set[Place],
    ) -> None:
        """Windows as sums of their months, where they are: a record that a later one replaces breaks the sum."""
        monthly: dict[str, dict[Month, Name]] = {}
        for part, added in self._added(figure).items():
            if part not in counts or len(added) == 1 or min(added.values()) < 0:
                continue
            event, amount = counts[part]
            if sum(added.values()) != amount:
                continue
            monthly[part] = {
                month: ("month", figure.area_code, month, event, more)
                for month, more in added.items()
            }
            self._amounts.update({monthly[part][month]: more for month, more in added.items()})
            for month, name in monthly[part].items():
                place = (figure.area_code, event, MONTH, month)
                places.add(place)
                self._at[place][figure.indicator_id, part] = month, name
        self._relate(relations.by_month(named, monthly, self._uses(IdentityClass.PARTS)))

    def _added(self, figure: PrintedFigure) -> dict[str, dict[Month, float]]:
        """What each month of the window adds to numerator, denominator and the rest."""
        window = relations.months_between(figure.period_start, figure.period_end)
        added = {}
        for part in ("numerator", "denominator"):
            own = self._months.get((figure.indicator_id, figure.area_code, part), {})
            added[part] = {month: own.get(month, 0.0) for month in window}
        few, all_ = added["numerator"], added["denominator"]
        return {**added, "rest": {month: all_[month] - few[month] for month in window}}

    def _relate_published(self, current: Iterable[_Entered]) -> None:
        for one in current:
            published = self._identities.of(one.figure.indicator_id).published
            if published and relations.is_published_on(one.figure, published[0]):
                found = relations.published(one.figure, one.named, published[1], self._amounts)
                self._relate(found)

    def _relate_stocks(self) -> None:
        for (indicator_id, area_code), stock in self._stocks.items():
            flows = self._identities.of(indicator_id).flows or ()
            for month, name in stock.items():
                before = stock.get((month - timedelta(days=1)).replace(day=1))
                if before is not None:
                    started, ended = (
                        self._names((area_code, event, MONTH, month)) for event in flows
                    )
                    found = relations.stock(name, before, (started, ended), self._amounts)
                    self._relate(found)

    def _names(self, place: Place) -> list[Name]:
        return list(dict.fromkeys(name for _, name in self._at.get(place, {}).values()))

    def _relate_subsets(self, places: Iterable[Place]) -> None:
        """An event is counted no more often than what it is part of, in a window that holds its own."""
        found: dict[tuple[tuple[Name, ...], Name], None] = {}
        for pair in dict.fromkeys(pair for place in places for pair in self._pairs_at(place)):
            found |= dict.fromkeys(self._parts_at(*pair))
        for place in places:
            found |= dict.fromkeys(self._apart_at(place))
        for parts, whole in found:
            self._relate(relations.no_more_than(parts, whole, self._amounts))

    def _pairs_at(self, place: Place) -> Iterator[tuple[Place, Place]]:
        """The places of a part and of a whole, of which one is this; that of a share says the figure itself."""
        area_code, event, tag, when = place
        shares = self._identities.shares
        for whole in (event, *sorted(self._identities.wholes.get(event, ()))):
            if (event, whole) not in shares:
                yield place, (area_code, whole, tag, when)
        for part in sorted(self._identities.parts.get(event, ())):
            if (part, event) not in shares:
                yield (area_code, part, tag, when), place

    def _parts_at(self, part: Place, whole: Place) -> Iterator[tuple[tuple[Name, ...], Name]]:
        for start, name in dict.fromkeys(self._at.get(part, {}).values()):
            for begins, more in dict.fromkeys(self._at.get(whole, {}).values()):
                if begins <= start and more != name:
                    yield (name,), more

    def _apart_at(self, place: Place) -> Iterator[tuple[tuple[Name, ...], Name]]:
        """Two parts of one whole that have no record in common are together no more than it."""
        area_code, event, tag, when = place
        for pair in self._identities.apart:
            if event not in pair:
                continue
            first, second = ((area_code, one, tag, when) for one in pair)
            common = self._identities.wholes[pair[0]] & self._identities.wholes[pair[1]]
            wholes = [
                name for one in sorted(common) for name in self._names((area_code, one, tag, when))
            ]
            for parts in product(self._names(first), self._names(second)):
                yield from ((parts, whole) for whole in wholes)


def _counts_of(figure: PrintedFigure, measured: Measures) -> dict[str, tuple[str, float]]:
    """The counts that a figure prints, by part: event and amount. Populations and sums of days or scores are none."""
    found: dict[str, tuple[str, float]] = {}
    is_count = figure.kind in RATES | SHARES and not measured.is_sum
    if is_count and figure.numerator is not None:
        found["numerator"] = (measured.numerator, figure.numerator)
    if figure.kind not in RATES and figure.denominator is not None:
        found["denominator"] = (measured.denominator, figure.denominator)
    if figure.kind in SHARES and len(found) == 2:
        rest = figure.denominator - figure.numerator  # ty: ignore[unsupported-operator]
        found["rest"] = (rest_of(measured.numerator, measured.denominator), rest)
    return {} if any(amount < 0 for _, amount in found.values()) else found
