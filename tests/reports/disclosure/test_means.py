"""Means of windows that overlap: what two of them tell about the few records that come and go."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from orchestration.reports.disclosure.means import Counted, means_to_withhold
from orchestration.reports.disclosure.release import FigureKey, Measures, PrintedFigure

AREA, DAYS = "E09000003", "days"
MEASURES = {DAYS: Measures("days", "adoption order", is_sum=True)}
FIRST, N_MONTHS, WINDOW = date(2020, 1, 1), 60, 36


def _figures() -> list[PrintedFigure]:
    found = []
    for last in range(WINDOW - 1, N_MONTHS):
        start = FIRST + relativedelta(months=last - WINDOW + 1)
        end = FIRST + relativedelta(months=last + 1, days=-1)
        found.append(PrintedFigure(DAYS, AREA, start, end, "mean", "adoptions", 1000.0, 30.0))
    return found


FIGURES = _figures()
records = st.lists(
    st.builds(
        lambda day, later: (FIRST + timedelta(days=day), later),
        st.integers(0, 30 * N_MONTHS),
        st.one_of(st.none(), st.integers(1, 400)),
    ),
    max_size=60,
).map(
    lambda days: [
        Counted(number, day, None if later is None else day + timedelta(days=later))
        for number, (day, later) in enumerate(days)
    ]
)
keys = st.sets(st.sampled_from([figure.key for figure in FIGURES]), max_size=3)


@given(records, keys)
def test_windows_in_print_differ_by_nobody_or_by_more_than_five(
    counted: list[Counted], before: set[FigureKey]
) -> None:
    released = frozenset(before)
    withheld = means_to_withhold(FIGURES, MEASURES, {(DAYS, AREA): counted}, released)
    assert not withheld & released
    printed = [figure for figure in FIGURES if figure.key not in withheld]
    assert released or FIGURES[-1] in printed
    for one, other in combinations(printed, 2):
        inside, theirs = (
            {record.record for record in counted if record.is_in(figure)} for figure in (one, other)
        )
        is_told = one.period_end >= other.period_start and other.period_end >= one.period_start
        few = 0 < len(inside ^ theirs) <= 5
        assert not (is_told and few) or {one.key, other.key} <= released


def test_one_adoption_a_month_leaves_a_mean_of_every_third_month() -> None:
    """Each month one child comes and one goes: two months tell four, three tell six."""
    counted = [Counted(n, FIRST + relativedelta(months=n, days=14), None) for n in range(N_MONTHS)]
    withheld = means_to_withhold(FIGURES, MEASURES, {(DAYS, AREA): counted})
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
    counted = [Counted(1, date(2021, 5, 1), None)]
    assert not means_to_withhold(yearly, MEASURES, {(DAYS, AREA): counted})
    counts = {DAYS: Measures("adoption order", "cessation of care")}
    assert not means_to_withhold(FIGURES, counts, {(DAYS, AREA): counted})
