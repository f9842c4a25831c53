"""Process control on hand-made series: what alerts, what never does, and what the limits are made of."""

from __future__ import annotations

from datetime import date
from math import sqrt

import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta

from orchestration.anomalies.charts import (
    Judged,
    Point,
    judge_flow,
    judge_proportion,
    judge_stock,
    judge_stock_share,
    judge_value,
)
from orchestration.anomalies.limits import individuals, mean_moving_range
from orchestration.anomalies.season import month_effects
from orchestration.anomalies.series import judge_series
from tests.benchmarks.anomalies import score


def points(*counts: float, of: float | None = None) -> list[Point]:
    first = date(2022, 2, 1)
    return [
        Point(first + relativedelta(months=n, days=-1), count, of) for n, count in enumerate(counts)
    ]


def flagged(judged: list[Judged]) -> list[date]:
    return [one.period_end for one in judged if one.is_flagged]


CALM = (100, 104, 96, 102, 98, 101, 99, 103, 97, 100, 102, 98)


def test_limits_are_the_mean_and_266_mean_moving_ranges() -> None:
    found = individuals([10.0, 12.0, 10.0, 12.0], least_range=0.0)
    assert (found.expected, found.lower, found.upper) == pytest.approx((11, 11 - 5.32, 11 + 5.32))


def test_moving_range_of_an_outlier_is_screened_out() -> None:
    assert mean_moving_range([1, 2, 1, 2, 1, 2, 1, 2, 100]) == pytest.approx(1)


def test_month_beyond_the_limits_is_flagged_and_a_calm_one_is_not() -> None:
    assert flagged(judge_flow(points(*CALM, 100, 60, 101))) == [date(2023, 2, 28)]


def test_flow_limits_stand_on_the_square_root_scale() -> None:
    [last] = judge_flow(points(*([100.0] * 12), 100))[-1:]
    assert (sqrt(last.lower), sqrt(last.upper)) == pytest.approx(
        (10 - 2.66 * 0.564, 10 + 2.66 * 0.564)
    )


def test_fewer_than_eight_points_have_no_limits_and_fewer_than_twelve_are_on_trial() -> None:
    judged = judge_flow(points(*CALM, 100))
    assert [one.is_trial for one in judged] == [True, True, True, True, False]


def test_shift_of_level_never_alerts_and_begins_a_new_baseline_with_date_and_reason() -> None:
    judged = judge_flow(points(*CALM, *([108] * 10)))
    assert flagged(judged) == []
    assert (judged[-1].baseline_from, judged[-1].baseline_reason) == (
        date(2023, 1, 31), "8 periods in a row above the mean before",
    )  # fmt: skip


def test_few_a_month_are_judged_by_the_year_only() -> None:
    assert judge_flow(points(*([2] * 12))) == []
    rare = judge_flow(points(*([2] * 24), *([8] * 6)))
    assert {one.method for one in rare} == {"rolling12"}
    assert flagged(rare) == [date(2024, 5, 31), date(2024, 6, 30)]


def test_what_has_grown_from_few_is_judged_by_the_month_again() -> None:
    few, many = [2, 3, 4, 3] * 6, [38, 41, 40, 42] * 12
    judged = judge_flow(points(*few, *many, 0))
    assert (flagged(judged)[-1], judged[-1].method) == (date(2028, 1, 31), "xmr_sqrt")
    # a year after the growth nothing but the last month is unusual
    assert [day for day in flagged(judged) if day > date(2025, 1, 31)] == [date(2028, 1, 31)]
    assert judged[-1].baseline_from == date(2024, 1, 31)


def test_share_that_has_grown_from_few_is_judged_by_the_month_again() -> None:
    few, many = [2, 3, 4, 3] * 6, [38, 41, 40, 42] * 12
    judged = judge_proportion(points(*few, *many, 0, of=100))
    assert (flagged(judged)[-1], judged[-1].method) == (date(2028, 1, 31), "p_prime")
    assert [day for day in flagged(judged) if day > date(2025, 1, 31)] == [date(2028, 1, 31)]


def test_halved_stock_is_flagged_at_once_and_its_return_is_not() -> None:
    assert flagged(judge_stock(points(*CALM, 50, 100))) == [date(2023, 1, 31)]


def test_stock_at_a_new_level_is_flagged_until_a_second_month_confirms_it() -> None:
    judged = judge_stock(points(*CALM, 50, 51, 50, 49))
    assert flagged(judged) == [date(2023, 1, 31), date(2023, 2, 28)]


def test_unusual_denominator_is_named_first_and_its_share_left_out() -> None:
    series = points(*([50] * 12), of=100)
    odd = Point(date(2023, 1, 31), 10, 20)
    assert [one.period_end for one in judge_proportion([*series, odd])][-1] == date(2022, 12, 31)
    rows = pd.DataFrame(
        [{"series_id": "x.proportion", "kind": "proportion", "area_code": "E09000003", "period_end": p.period_end,
          "numerator": p.numerator, "denominator": p.denominator} for p in [*series, odd]]
    )  # fmt: skip
    judged = judge_series(rows)
    assert judged[judged["is_flagged"]]["series_id"].tolist() == ["x.proportion.denominator"]


def test_share_far_from_the_others_is_flagged() -> None:
    series = points(*([50, 52, 48] * 4), of=100)
    assert flagged(judge_proportion([*series, Point(date(2023, 1, 31), 80, 100)])) == [
        date(2023, 1, 31)
    ]


def test_month_factors_need_36_months_and_evidence() -> None:
    seasonal = [(month, 10.0 + (month == 8)) for month in [*range(1, 13)] * 3]
    jittered = [(month, value + n / 1000) for n, (month, value) in enumerate(seasonal)]
    assert not any(month_effects(jittered[:35]).values())
    swinging = [(month, float(month) + n / 1000) for n, (month, _) in enumerate(seasonal)]
    assert month_effects(swinging)[12] == pytest.approx(5.5, abs=0.02)
    assert not any(month_effects([(month, 10.0) for month, _ in seasonal]).values())


def test_constant_value_has_limits_and_a_change_is_flagged() -> None:
    assert flagged(judge_value(points(*([70.0] * 12), 71.0))) == [date(2023, 1, 31)]


@pytest.mark.faults
def test_benchmark_keeps_its_promises_on_a_small_draw() -> None:
    """The whole of it is `make bench`; twenty series of each kind show that neither side has broken."""
    lines = list(score(n_series=20))
    alarms = [line["process control"] for line in lines if line["measure"].startswith("false")]
    assert sum(alarms) / len(alarms) <= 2
    halved = [
        line for line in lines if line["measure"] == "recall %: halved" and line["kind"] == "stock"
    ]
    assert [line["process control"] >= 95 for line in halved[1:]] == [True, True]
    feeds = [line["volume rules"] for line in lines if "volume rules" in line]
    assert feeds and set(feeds) == {100.0}


@pytest.mark.parametrize("of", [50.3, 50.7, 55.1, 57.4, 161.0, 188.0])
def test_share_of_all_is_not_above_a_limit_of_all(of: float) -> None:
    whole = [of + n / 10 for n in range(14)]
    first = date(2022, 2, 1)
    months = [
        Point(first + relativedelta(months=n, days=-1), count, count)
        for n, count in enumerate(whole)
    ]
    judged = judge_stock_share(months)
    assert judged and flagged(judged) == []
