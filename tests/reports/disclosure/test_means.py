"""Means of windows that overlap: what two of them tell about the few records that come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from orchestration.reports.disclosure.figures import (
    AMOUNT_BITS,
    Counted,
    FigureKey,
    PrintedFigure,
)
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.disclosure.means import PrintedMean, mean_of, means_to_withhold

AREA, DAYS = "E09000003", "days"
IDENTITIES = Identities({DAYS: Measures("days", "adoption order", is_sum=True)})
FIRST, N_MONTHS, WINDOW = date(2020, 1, 1), 60, 36


def _figures() -> list[PrintedFigure]:
    found = []
    for last in range(WINDOW - 1, N_MONTHS):
        start = FIRST + relativedelta(months=last - WINDOW + 1)
        end = FIRST + relativedelta(months=last + 1, days=-1)
        found.append(PrintedFigure(DAYS, AREA, start, end, "mean", "adoptions", 1000.0, 30.0))
    return found


FIGURES = _figures()


def _record(number: int, amount: int = 0) -> int:
    """What is known of a record: its number and its amount."""
    return (number << AMOUNT_BITS) + amount


records = st.lists(
    st.builds(
        lambda day, later: (FIRST + timedelta(days=day), later),
        st.integers(0, 30 * N_MONTHS),
        st.one_of(st.none(), st.integers(1, 400)),
    ),
    max_size=60,
).map(
    lambda days: [
        Counted(_record(number), day, None if later is None else day + timedelta(days=later))
        for number, (day, later) in enumerate(days)
    ]
)
keys = st.sets(st.sampled_from([figure.key for figure in FIGURES]), max_size=3)


def _few(one: PrintedMean, other: PrintedMean) -> bool:
    return 0 < len({member >> AMOUNT_BITS for member in one.members ^ other.members}) <= 5


@given(records, records, keys)
def test_windows_in_print_differ_by_nobody_or_by_more_than_five(
    counted: list[Counted], as_it_was: list[Counted], before: set[FigureKey]
) -> None:
    """Also from those of packs before, with the records that they were made of."""
    printed_before = [mean_of(one, as_it_was) for one in FIGURES if one.key in before]
    earlier = {(DAYS, AREA): printed_before}
    withheld = means_to_withhold(FIGURES, IDENTITIES, {(DAYS, AREA): counted}, earlier)
    printed = [mean_of(figure, counted) for figure in FIGURES if figure.key not in withheld]
    assert before or printed[-1] == mean_of(FIGURES[-1], counted)
    fresh = [one for one in printed if one not in printed_before]
    for one in fresh:
        for other in (*printed_before, *fresh):
            is_told = one.period_end >= other.period_start and other.period_end >= one.period_start
            assert not (is_told and _few(one, other))


def test_mean_that_was_corrected_is_printed_again_once_more_than_five_children_are_others() -> None:
    figure, records = FIGURES[0], [(n, FIRST + timedelta(days=n)) for n in range(30)]
    as_it_was = mean_of(figure, [Counted(_record(n), day, None) for n, day in records])
    for corrected, is_withheld in ((0, False), (1, True), (5, True), (6, False)):
        now = [Counted(_record(n, n < corrected), day, None) for n, day in records]
        earlier = {(DAYS, AREA): [as_it_was]}
        withheld = means_to_withhold([figure], IDENTITIES, {(DAYS, AREA): now}, earlier)
        assert withheld == ({figure.key} if is_withheld else set())


def test_one_adoption_a_month_leaves_a_mean_of_every_third_month() -> None:
    """Each month one child comes and one goes: two months tell four, three tell six."""
    counted = [
        Counted(_record(n), FIRST + relativedelta(months=n, days=14), None) for n in range(N_MONTHS)
    ]
    withheld = means_to_withhold(FIGURES, IDENTITIES, {(DAYS, AREA): counted})
    assert [figure.key in withheld for figure in FIGURES[:-8:-1]] == [
        False, True, True, False, True, True, False,
    ]  # fmt: skip


def test_windows_apart_and_counts_are_left_alone() -> None:
    yearly = [
        PrintedFigure(
            DAYS, AREA, date(year, 1, 1), date(year, 12, 31), "mean", "adoptions", 1.0, 9.0
        )
        for year in (2021, 2022)
    ]
    counted = [Counted(_record(1), date(2021, 5, 1), None)]
    assert not means_to_withhold(yearly, IDENTITIES, {(DAYS, AREA): counted})
    counts = Identities({DAYS: Measures("adoption order", "cessation of care")})
    assert not means_to_withhold(FIGURES, counts, {(DAYS, AREA): counted})


@pytest.mark.parametrize(
    ("n_differ", "is_withheld"), [(0, False), (1, True), (5, True), (6, False)]
)
@pytest.mark.parametrize("is_printed_before", [True, False])
def test_two_indicators_of_one_event_are_printed_unless_few_records_differ(
    n_differ: int, is_withheld: bool, is_printed_before: bool
) -> None:
    days = [FIRST + timedelta(days=n) for n in range(30)]
    adjusted = [Counted(_record(n, n < n_differ), day, None) for n, day in enumerate(days)]
    plain = [Counted(_record(n), day, None) for n, day in enumerate(days)]
    one, other = FIGURES[0], replace(FIGURES[0], indicator_id="plain days")
    both = Identities(
        {name: Measures(name, "adoption order", is_sum=True) for name in (DAYS, "plain days")}
    )
    records = {(DAYS, AREA): adjusted, ("plain days", AREA): plain}
    printed = {(DAYS, AREA): [mean_of(one, adjusted)]} if is_printed_before else {}
    figures = [other] if is_printed_before else [other, one]
    withheld = means_to_withhold(figures, both, records, printed)
    assert withheld == ({other.key} if is_withheld else set())
    apart = Identities(
        {name: Measures(name, f"event of {name}", is_sum=True) for name in both.measures}
    )
    assert not means_to_withhold(figures, apart, records, printed)
