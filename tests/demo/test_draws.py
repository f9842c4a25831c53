"""Chance, days and intensities by year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from orchestration.demo.areas import choose_areas
from orchestration.demo.days import (
    NEVER,
    Pace,
    add_working_days,
    ages,
    birthdays,
    by_year,
    first_day,
    last_day,
    month_text,
    parse_month,
    working_day,
)
from orchestration.demo.draws import Candidates, Curve, Draws, evenly, keys_of


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def days(*texts: str) -> np.ndarray:
    return np.array([day(text) for text in texts])


def test_draws_depend_on_key_label_seed_and_area_only() -> None:
    keys = keys_of(np.arange(100))
    level = Draws(1, "E09000003").uniform(keys, "a")
    assert (Draws(1, "E09000003").uniform(keys[50:], "a") == level[50:]).all()
    for other in (Draws(2, "E09000003"), Draws(1, "E09000004")):
        assert not np.isclose(other.uniform(keys, "a"), level).any()
    assert not np.isclose(Draws(1, "E09000003").uniform(keys, "b"), level).any()


def test_draws_are_uniform() -> None:
    level = Draws(1, "E09000003").uniform(keys_of(np.arange(20_000)), "a")
    assert abs(level.mean() - 0.5) < 0.01
    assert abs(level.std() - 12**-0.5) < 0.005
    assert 0 < level.min() < level.max() < 1


def test_curve_interpolates_between_its_quantiles() -> None:
    curve = Curve(((0, 10), (0.5, 20), (1, 100)))
    assert curve.at(np.array([0, 0.25, 0.5, 0.75, 1])).tolist() == [10, 15, 20, 60, 100]


def test_intensity_of_the_nearest_year_holds_outside() -> None:
    table = {2022: 1.0, 2023: 2.0}
    found = by_year(table, days("2010-01-01", "2022-03-31", "2022-04-01", "2030-01-01"))
    assert found.tolist() == [1.0, 1.0, 2.0, 2.0]


def test_turns_even_out() -> None:
    draws = Draws(1, "E09000003")
    number = 4_000
    keys = keys_of(np.arange(number))
    sizes = 1 + draws.options(keys, "size", (0.5, 0.3, 0.2))
    share = np.full(number, 0.1)
    found = Candidates(np.arange(number), sizes, share, draws.uniform(keys, "turn"))
    taken = evenly(found, slack=2.0)
    due = np.cumsum(sizes * share)
    assert np.abs(np.cumsum(sizes * taken) - due).max() < 12
    assert sorted(set(sizes[taken])) == [1, 2, 3]


def test_a_family_takes_a_turn_once() -> None:
    level = np.full(10, 0.5)
    found = Candidates(np.zeros(10, dtype=int), np.ones(10), np.full(10, 0.6), level)
    assert evenly(found, slack=5.0).sum() == 1


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [("2025-03-03", 15, "2025-03-24"), ("2025-04-18", 15, "2025-05-13"), ("2025-03-08", 0, "2025-03-10")],
)  # fmt: skip
def test_working_days(start: str, number: int, end: str) -> None:
    assert add_working_days(days(start), np.array([number])).tolist() == days(end).tolist()


def test_working_day_of_a_holiday_is_the_next_one() -> None:
    assert (
        working_day(days("2024-12-25", "2024-12-24")).tolist()
        == days("2024-12-27", "2024-12-24").tolist()
    )


def test_ages_and_birthdays() -> None:
    births = days("2004-02-29", "2004-03-31")
    assert ages(births, day("2005-02-28")).tolist() == [0, 0]
    assert ages(births, day("2005-03-01")).tolist() == [1, 0]
    assert ages(births, day("2004-01-01")).tolist() == [-1, -1]
    assert birthdays(births, 18).tolist() == days("2022-03-01", "2022-03-31").tolist()


def test_pace_ends_sooner_in_a_faster_year() -> None:
    pace = Pace({2022: 1.0, 2023: 2.0, 2024: 1.0})
    start = days("2021-04-01", "2022-04-01")
    assert (pace.end(start, np.array([100, 100])) - start).tolist() == [100, 50]
    assert pace.end(np.array([NEVER]), np.array([10]))[0] >= NEVER


def test_months() -> None:
    month = parse_month("2024-02")
    assert month_text(month) == "2024-02"
    assert (first_day(month), last_day(month)) == (day("2024-02-01"), day("2024-02-29"))
    with pytest.raises(ValueError, match="YYYY-MM"):
        parse_month("2024-2")


def test_areas_are_barnet_then_london() -> None:
    areas = choose_areas(33, seed=1)
    assert areas[0].code == "E09000003"
    assert set(areas[0].factors.values()) == {1.0}
    assert all(area.code.startswith("E09") for area in areas[:32])
    assert not areas[32].code.startswith("E09")
    assert len({area.factors["referrals"] for area in areas}) == 33
    assert choose_areas(2, seed=2)[1].factors != areas[1].factors
    with pytest.raises(ValueError, match="areas"):
        choose_areas(1000, seed=1)


def test_another_authority_can_come_first() -> None:
    rutland, next_one = choose_areas(2, seed=1, home="E06000017")
    [barnet] = choose_areas(1, seed=1)
    assert (rutland.name, next_one.name) == ("Rutland", "Barking and Dagenham")
    assert max(rutland.children.values()) < max(barnet.children.values()) / 10
    with pytest.raises(ValueError, match="E06000053 is not the code of an authority with 5,000"):
        choose_areas(1, seed=1, home="E06000053")
