"""What is published of groups of children: a rate of their own where they have been counted, else a share of the whole.

One night more, with ONS's estimates by single year of age and sex in landing.
"""

from __future__ import annotations

import csv
import math
from datetime import date
from pathlib import Path

import pytest

from orchestration.night.steps import Request
from orchestration.settings import DataFolder
from tests.extracts import BARNET, CAMDEN
from tests.nights import run_night
from tests.story import Story, copy_data, query

RATES = (
    " from marts.fct_indicator_values as figures inner join marts.dim_indicators as indicators"
    " on figures.indicator_id = indicators.indicator_id where kind = 'rate_per_10k' and breakdown"
)
YEARS = (2022, 2023)


def _write_ages(folder: Path) -> None:
    """A file of the layout MYEB1: a column per year; every age has 100 boys and 90 girls, ten more in the later year."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ages.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["ladcode23", "laname23", "country", "sex", "age", *(f"population_{y}" for y in YEARS)]
        )
        for area in (BARNET, CAMDEN):
            for sex, people in (("F", 90), ("M", 100)):
                rows.writerows([area, "Name", "E", sex, age, people, people + 10] for age in range(91))  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first night once more, with the children counted."""
    folder = DataFolder(copy_data(story.first.data, tmp_path_factory.mktemp("groups") / "data"))
    _write_ages(folder.landing / "national" / "population" / "2025-03")
    run_night(folder, Request(date(2025, 4, 30)))
    return folder.warehouse_file


def test_rate_of_a_group_is_over_the_group_of_dim_population_and_its_share_over_all(
    warehouse: Path,
) -> None:
    rows = query(
        warehouse,
        "select figures.numerator, figures.value, figures.share_of_rate, figures.denominator, own.population,"
        " whole.denominator, case basis when 'six_month_annualised' then 2 else 1 end"
        " from (select figures.*" + RATES + " <> 'all' and status = 'ok') as figures"
        " left join marts.dim_population as own using (area_code, population_year, breakdown, breakdown_value)"
        " inner join marts.fct_indicator_values as whole using (indicator_id, area_code, basis, period_end)"
        " where whole.breakdown = 'all'",
    )
    assert rows
    for numerator, value, share, denominator, own, whole, times in rows:
        assert denominator == own
        assert value == pytest.approx(times * 10_000 * numerator / own)
        assert share == pytest.approx(times * 10_000 * numerator / whole)


def test_newest_estimates_up_to_the_year_of_the_whole_are_the_base(warehouse: Path) -> None:
    found = query(
        warehouse,
        "select distinct breakdown_value, population_year, denominator, is_provisional" + RATES
        + " = 'sex' and status = 'ok' and period_end = '2025-03-31' order by all",
    )  # fmt: skip
    assert found == [("female", 2023, 1800.0, True), ("male", 2023, 1980.0, True)]


def test_group_that_nobody_has_counted_has_a_share_and_no_rate(warehouse: Path) -> None:
    rows = query(
        warehouse,
        "select distinct breakdown, breakdown_value, status, status_reason, value, denominator, population_year,"
        " share_of_rate is null, numerator is null" + RATES + " <> 'all' and status <> 'ok'"
    )  # fmt: skip
    said = ("not_applicable", "no population of this group", None, None, None, False, False)
    assert rows
    assert {row[2:] for row in rows} == {said}
    assert {row[0] for row in rows} >= {"ethnic_group"}
    counted = {value for breakdown, value, *_ in rows if breakdown in ("sex", "age_band")}
    assert counted <= {"not recorded", "unborn", "18+"}


def test_whole_population_stands_under_no_group(warehouse: Path) -> None:
    """The old misreading: a group's children over all children, called a rate."""
    wholes = "select population from marts.dim_population where breakdown = 'all'"
    assert query(warehouse, "select count(*)" + RATES + f" <> 'all' and denominator in ({wholes})") == [(0,)]  # fmt: skip


def test_rate_ratio_follows_from_the_residents_of_the_census(warehouse: Path) -> None:
    rows = query(
        warehouse,
        "select ratios.*, own.population, own.ages, largest.population"
        " from (select area_code, ethnic_group, reference_group, numerator, reference_numerator, rate_ratio,"
        " rate_ratio_lower, rate_ratio_upper, finding from marts.fct_disproportionality) as ratios"
        " inner join marts.dim_population as own on own.area_code = ratios.area_code"
        " and own.breakdown_value = ratios.ethnic_group and own.source = 'Census 2021'"
        " inner join marts.dim_population as largest on largest.area_code = ratios.area_code"
        " and largest.breakdown_value = ratios.reference_group and largest.source = 'Census 2021'",
    )
    assert rows
    for _, group, reference, few, many, ratio, lower, upper, finding, own, ages, largest in rows:
        assert (ages, own <= largest) == ("all ages", True)
        if min(few, many) < 10:
            assert ratio is None
            assert finding == (
                "the largest group" if group == reference else "not enough children to say"
            )
            continue
        assert ratio == pytest.approx((few / own) / (many / largest))
        if group != reference:
            margin = 1.96 * math.sqrt(1 / few + 1 / many)
            assert (lower, upper) == pytest.approx((ratio * math.exp(-margin), ratio * math.exp(margin)))  # fmt: skip
