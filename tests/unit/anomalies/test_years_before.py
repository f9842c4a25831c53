"""What is compared, how far chance reaches, and how often it is taken for a change."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from orchestration.anomalies.exact import exact_count, exact_share
from orchestration.anomalies.series import judge_changes
from orchestration.anomalies.years_before import BY_CHANCE, EXACT_BELOW, Compared, Figure, compare
from tests.benchmarks.signals import KINDS, score_kind

NEWEST = date(2026, 3, 31)
LEAST = BY_CHANCE / 2


def _rate(months_before: int, count: float, population: float = 90_000) -> Figure:
    end = NEWEST - relativedelta(months=months_before)
    start = end - relativedelta(months=12) + relativedelta(days=1)
    return Figure(start, end, 10_000 * count / population, count, population)


def _newest(
    figures: list[Figure], basis: str = "rolling12", *, is_share: bool = False
) -> Compared | None:
    ordered = sorted(figures, key=lambda figure: figure.period_end)
    found = {one.period_end: one for one in compare(ordered, basis, is_share=is_share)}
    return found.get(NEWEST)


# ---------------------------------------------------------------- what is compared


def test_windows_are_compared_with_those_that_share_no_month_with_them() -> None:
    months = [_rate(back, 100 + back) for back in range(48)]
    found = _newest(months)
    assert found is not None
    assert (found.n_compared, found.compared_to) == (3, NEWEST - relativedelta(months=12))
    assert found.usual == pytest.approx(10_000 * (112 + 124 + 136) / 270_000)


def test_three_years_are_compared_with_the_three_before() -> None:
    months = [
        _rate(back, 100 + back) for back in range(72)
    ]  # the one 71 months before shares a month
    found = _newest(months, "rolling36")
    assert found is not None
    assert (found.n_compared, found.usual) == (1, pytest.approx(10_000 * 136 / 90_000))
    assert _newest(months[:36], "rolling36") is None


@pytest.mark.parametrize("missing", [12, 24])
def test_comparison_ends_at_the_first_year_without_a_value(missing: int) -> None:
    found = _newest([_rate(back, 100) for back in range(48) if back != missing])
    assert (found.n_compared if found else 0) == missing // 12 - 1


def test_term_that_ends_a_month_earlier_is_the_same_term() -> None:
    found = _newest([_rate(0, 30), _rate(11, 90), _rate(25, 90)], "term")
    assert found is not None and found.n_compared == 2
    assert _newest([_rate(0, 30), _rate(11, 90)], "rolling12") is None


def test_nothing_is_compared_across_a_break_in_method() -> None:
    ends = [NEWEST - relativedelta(years=back) for back in (2, 1, 0)]
    frame = pd.DataFrame({
        "indicator_id": "i", "area_code": "a", "basis": "fy", "is_share": True, "period_start": ends, "period_end": ends,
        "break_on": [None, ends[1], ends[1]], "value": [10.0, 50.0, 52.0], "numerator": [10.0, 50.0, 52.0],
        "denominator": [100.0] * 3, "confidence_lower": [None] * 3, "confidence_upper": [None] * 3,
    })  # fmt: skip
    found = judge_changes(frame)
    assert found[["n_compared", "usual"]].to_numpy().tolist() == [[1, 50.0]]
    assert judge_changes(frame.head(0)).empty


def test_values_that_count_no_records_need_eight_earlier_years() -> None:
    def values(years: int, newest: float) -> list[Figure]:
        ends = [NEWEST - relativedelta(years=back) for back in range(years + 1)]
        return [
            Figure(end, end, 10 + back % 2 if back else newest) for back, end in enumerate(ends)
        ]

    assert _newest(values(7, 99), "fy") is None
    found = _newest(values(8, 13.2), "fy")
    # Moving ranges of 1 around 10.5: 10.5 -+ 2.66.
    assert found is not None and (found.n_compared, found.usual, found.upper) == (
        8,
        10.5,
        pytest.approx(13.16),
    )
    assert found.change == "higher"
    assert _newest(values(8, 13.15), "fy").change == "none"  # type: ignore[union-attr]


# ---------------------------------------------------------------- how far chance reaches


@given(before=st.integers(0, 60), ratio=st.sampled_from([(1, 1), (1, 2), (1, 3), (2, 5)]))
def test_count_within_the_exact_limits_is_likelier_than_one_in_two_hundred(
    before: int, ratio: tuple[int, int]
) -> None:
    now, earlier = ratio
    limits = exact_count(now, before, earlier, BY_CHANCE)
    part = Fraction(now, now + earlier)

    def tail(counts: range, n: int) -> Fraction:
        return sum((comb(n, i) * part**i * (1 - part) ** (n - i) for i in counts), Fraction(0))

    lower, upper = int(limits.lower), int(limits.upper)
    assert lower <= limits.expected + 0.5 and upper >= limits.expected - 0.5
    above = upper + 1
    assert tail(range(above, above + before + 1), above + before) <= LEAST * (1 + 1e-9)
    if upper > limits.expected:
        assert tail(range(upper, upper + before + 1), upper + before) > LEAST * (1 - 1e-9)
    if lower:
        assert tail(range(lower), lower - 1 + before) <= LEAST * (1 + 1e-9)


@given(of=st.integers(1, 40), of_before=st.integers(1, 80), data=st.data())
def test_share_within_the_exact_limits_is_likelier_than_one_in_two_hundred(
    of: int, of_before: int, data: st.DataObject
) -> None:
    before = data.draw(st.integers(0, of_before))
    limits = exact_share(of, before, of_before, BY_CHANCE)

    def tail(counts: range, count: int) -> Fraction:
        marked, total = count + before, of + of_before
        ways = sum(
            comb(marked, i) * comb(total - marked, of - i)
            for i in counts
            if of >= i and i <= marked
        )
        return Fraction(ways, comb(total, of))

    lower, upper = int(limits.lower), int(limits.upper)
    assert 0 <= lower <= upper <= of
    if upper < of:
        assert tail(range(upper + 1, of + 1), upper + 1) <= LEAST * (1 + 1e-9)
    if lower:
        assert tail(range(lower), lower - 1) <= LEAST * (1 + 1e-9)


def test_share_with_few_on_the_other_side_is_judged_exactly_too() -> None:
    """2 of 400 not in time, after 3 of 1,200: by the normal curve it would be a change."""

    def share(back: int, of: float, missed: float) -> Figure:
        end = NEWEST - relativedelta(years=back)
        return Figure(end, end, 100 * (of - missed) / of, of - missed, of)

    found = _newest([share(0, 400, 5), share(1, 1200, 1)], is_share=True)
    exact = exact_share(400, 1199, 1200, BY_CHANCE)
    assert found is not None
    assert (found.lower, found.upper) == (pytest.approx(exact.lower / 4), 100.0)


def _shares(*years: tuple[float, float]) -> list[Figure]:
    """Numerators and denominators, the newest first."""
    ends = [NEWEST - relativedelta(years=back) for back in range(len(years))]
    return [
        Figure(end, end, 100 * part / of, part, of)
        for end, (part, of) in zip(ends, years, strict=True)
    ]


@pytest.mark.parametrize("rest", [(153, 155), (155, 155)])
@pytest.mark.parametrize("of", [161, 188])
def test_all_of_all_is_within_limits_that_reach_all(rest: tuple[int, int], of: int) -> None:
    """The limit of 161 of 161 came out as 99.99999999999999%, and 100% as 'higher'."""
    found = _newest(_shares((of, of), rest), is_share=True)
    assert found is not None
    assert (found.change, found.upper) == ("none", 100.0)


@given(
    of=st.integers(1, 3000),
    before=st.integers(1, 3000),
    part=st.fractions(0, 1),
    none=st.booleans(),
)
def test_count_at_the_end_of_a_scale_is_never_beyond_a_limit_at_that_end(
    of: int, before: int, part: Fraction, none: bool
) -> None:
    found = _newest(_shares((0 if none else of, of), (round(before * part), before)), is_share=True)
    limit = found and (found.lower if none else found.upper)
    assert found is None or found.change == "none" or limit != (0.0 if none else 100.0)
    assert found is None or 0 <= found.lower <= found.upper <= 100


@given(before=st.integers(0, EXACT_BELOW - 1), population=st.integers(1_000, 200_000))
def test_count_that_is_an_exact_limit_is_within_it(before: int, population: int) -> None:
    limits = exact_count(population, before, population, BY_CHANCE)
    for count in (limits.lower, limits.upper):
        found = _newest([_rate(0, count, population), _rate(12, before, population)])
        assert found is None or found.change == "none"


def test_stock_whose_members_stay_is_expected_to_move_less() -> None:
    def stock(moves: float) -> list[Figure]:
        return [_rate(back, 400 + (moves if back % 2 else -moves)) for back in range(24)]

    calm, new_each_month = (_newest(stock(moves), "snapshot") for moves in (2, 20))
    by_the_year = _newest(stock(2), "fy")
    assert calm and new_each_month and by_the_year
    assert calm.upper - calm.lower < 0.8 * (new_each_month.upper - new_each_month.lower)
    # A window has no members that stay.
    assert by_the_year.upper - by_the_year.lower > 1.2 * (calm.upper - calm.lower)


def test_stock_of_less_than_a_year_of_moves_is_judged_as_if_all_were_new() -> None:
    figures = [_rate(0, 400), *(_rate(back, 400) for back in range(12, 24))]
    few, enough = _newest(figures, "snapshot"), _newest([*figures, _rate(1, 400)], "snapshot")
    assert few and enough
    assert enough.upper < few.upper


def test_limits_of_a_large_count_follow_the_population() -> None:
    found = _newest([_rate(0, 500, 50_000), _rate(12, 900, 90_000)])
    assert found is not None
    assert (found.usual, found.change) == (pytest.approx(100.0), "none")


def test_score_is_judged_by_the_intervals_of_both_years() -> None:
    def score(back: int, value: float) -> Figure:
        end = NEWEST - relativedelta(years=back)
        return Figure(end, end, value, error=0.1)

    # 2.576 x sqrt(2) x 0.1 = 0.364
    assert _newest([score(0, 0.36), score(1, 0)], "academic_year").change == "none"  # type: ignore[union-attr]
    assert _newest([score(0, 0.37), score(1, 0)], "academic_year").change == "higher"  # type: ignore[union-attr]
    assert _newest([score(0, -0.37), score(1, 0)], "academic_year").change == "lower"  # type: ignore[union-attr]


def test_series_without_a_single_record_is_not_judged() -> None:
    assert _newest([_rate(0, 0), _rate(12, 0)]) is None


# ---------------------------------------------------------------- how often it is wrong


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.size == 200], ids=lambda kind: kind.name
)
def test_chance_is_seldom_called_a_change_and_a_rise_by_a_fifth_is_noticed(kind: object) -> None:
    """A small draw of the benchmark, whose promises are 3 in 100 and 50 in 100."""
    found = score_kind(kind, 60, np.random.default_rng(7))  # type: ignore[arg-type]
    assert found["newest_flagged_pct"] <= 5
    assert found["power_20_pct"] >= 40
