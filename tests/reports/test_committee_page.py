"""The committee report, rendered from a small warehouse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

    Render = Callable[..., str]


def words(element: Any) -> str:
    """All text below an element, with single blanks."""
    return " ".join(" ".join(element.itertext()).split())


def found(page: str, path: str) -> Any:
    """What an XPath finds in a page."""
    return html.fromstring(page).xpath(path)


def overview(page: str) -> dict[str, list[str]]:
    """Cells of the overview by position."""
    rows = found(page, "//table[@class='overview']/tbody/tr[td]")
    return {words(row[0]): [words(cell) for cell in row[1:]] for row in rows}


def part(page: str, identifier: str) -> Any:
    return found(page, f"//*[@id='{identifier}']")[0]


def exceptions(page: str) -> str:
    return words(found(page, "//section[@aria-labelledby='exceptions']")[0])


@pytest.fixture
def social_care(warehouse: Warehouse) -> Warehouse:
    """A rate with two years of values, a share without any, a rate that is held."""
    warehouse.add_indicator(
        "cla_rate",
        position="SC12",
        plan_order=12,
        title="Looked after (rate)",
        published_decimals=0,
    )
    warehouse.add_figure(
        "cla_rate", "2024-03-31", 327, denominator=93851, value=327 / 93851 * 10000
    )
    warehouse.add_figure(
        "cla_rate", "2025-02-28", status="no_data", status_reason="no submission covers 2025-02-28"
    )
    warehouse.add_figure(
        "cla_rate", "2025-03-31", 330, denominator=92958, value=330 / 92958 * 10000
    )
    warehouse.add_indicator(
        "repeat_pct", position="SC02", plan_order=2, title="Repeat referrals (%)", kind="percentage", unit="%",
        headline_basis="rolling12",
    )  # fmt: skip
    for end in ("2025-02-28", "2025-03-31"):
        warehouse.add_figure(
            "repeat_pct",
            end,
            status="insufficient_history",
            status_reason="not covered from 2023-04-01",
        )
    warehouse.add_indicator("plans_rate", position="SC09", plan_order=9, benchmark_series=None)
    warehouse.add_figure(
        "plans_rate", "2025-03-31", 225, denominator=93851, value=225 / 93851 * 10000, status="held",
        status_reason="list 7 failed its volume check on 2025-04-01",
    )  # fmt: skip
    return warehouse


def test_numbers_on_the_page_are_the_rows_rounded_once(
    social_care: Warehouse, render: Render
) -> None:
    line = overview(render(social_care))["SC12"]
    assert line[1] == "35 per 10,000 children"
    assert line[2] == "330 / 92,958"
    assert line[3] == "At 31 Mar 2025 under a month old"
    assert line[4] == "35 at 31 Mar 2024"


def test_data_table_has_every_period_newest_first(social_care: Warehouse, render: Render) -> None:
    rows = part(render(social_care), "cla_rate").xpath(".//details//tbody/tr")
    assert [[words(cell) for cell in row] for row in rows] == [
        ["At 31 Mar 2025", "330", "92,958", "35", "Value available"],
        [
            "At 28 Feb 2025",
            "not counted",
            "not counted",
            "no value",
            "No data: no submission covers 28 Feb 2025",
        ],
        ["At 31 Mar 2024", "327", "93,851", "35", "Value available"],
    ]


def test_exceptions_count_statuses_in_words_with_reasons(
    social_care: Warehouse, render: Render
) -> None:
    page = render(social_care)
    said = exceptions(page)
    counts = words(found(page, "//section[@aria-labelledby='statuses']")[0])
    assert "1 of 3 indicators has no value, 1 is held" in said
    assert "Value available 1" in counts
    assert "Not enough history 1" in counts
    assert "1 : Not enough history: not covered from 1 Apr 2023: Caption of repeat_pct ." in said
    assert "Held: list 7 failed its volume check on 1 Apr 2025 Caption of plans_rate : 24.0" in said
    assert "insufficient_history" not in said


def test_held_figure_keeps_its_value_and_says_that_it_is_held(
    social_care: Warehouse, render: Render
) -> None:
    page = render(social_care)
    assert overview(page)["SC09"][1].startswith("24.0")
    assert "Held: list 7 failed" in overview(page)["SC09"][-1]
    assert "Held: list 7 failed" in words(part(page, "plans_rate").xpath("./p[@class='lead']")[0])


def test_a_report_without_exceptions_says_so(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator("one")
    warehouse.add_figure("one", "2025-03-31", 1, denominator=10, value=1000.0)
    said = exceptions(render(warehouse))
    assert "no indicator is without a value, none is held" in said
    assert "Every indicator has a value. Held No indicator is held." in said


def _tile(page: str, number: int = 0) -> str:
    return words(found(page, "//li[contains(@class, 'tile')]")[number])


def test_tile_has_value_year_before_neighbours_of_the_same_year_and_target(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%", good_is="high")
    for end, value in (("2023-03-31", 50.0), ("2024-03-31", 55.0), ("2025-03-31", 70.0)):
        warehouse.add_figure("share", end, value, denominator=100, value=value)
    warehouse.add_change("share", "2025-03-31", 52.5, "higher")
    warehouse.add_benchmark("share", "Statistical neighbours", "2024-03-31", 61.0)
    page = render(warehouse)
    assert (
        _tile(page)
        == "Caption of share 70.0% a year ago 55.0% 31 Mar 2024: 55.0%, neighbours 61.0% Better"
    )
    [drawn] = found(page, "//li[contains(@class, 'tile')]//*[local-name()='svg']")
    assert drawn.get("aria-label") == "3 values from 50.0% to 70.0%"
    assert "Better than in the years before: Caption of share (70.0%)." in exceptions(page)
    assert "Caption of share : 70.0% , 52.5% on average 1 to 2 years earlier." in exceptions(page)


def test_comparison_of_long_ago_is_on_no_tile(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%")
    warehouse.add_figure("share", "2025-03-31", 70, denominator=100, value=70.0)
    warehouse.add_benchmark("share", "Statistical neighbours", "2021-03-31", 61.0)
    assert _tile(render(warehouse)) == "Caption of share 70.0%"


def test_tile_without_a_value_says_why_and_one_that_is_held_is_no_new_figure(
    social_care: Warehouse, render: Render
) -> None:
    page = render(social_care)
    tiles = [words(one) for one in found(page, "//li[contains(@class, 'tile')]")]
    assert any(tile.startswith("Caption of repeat_pct Not enough history") for tile in tiles)
    assert "1 of 3 indicators has a figure for its newest period." in exceptions(page)


def test_line_of_the_tile_has_a_gap_where_there_is_no_value(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("rate")
    for end, value in (
        ("2024-11-30", 1.0),
        ("2024-12-31", 3.0),
        ("2025-02-28", 2.0),
        ("2025-03-31", 2.0),
    ):
        warehouse.add_figure("rate", end, 5, denominator=1000, value=value)
    warehouse.add_figure("rate", "2025-01-31")
    runs = found(render(warehouse), "//li[contains(@class, 'tile')]//*[local-name()='polyline']")
    assert [run.get("points") for run in runs] == ["3.0,31.0 39.5,3.0", "112.5,17.0 149.0,17.0"]


def _add_target(
    warehouse: Warehouse, indicator_id: str, target: float, polarity: str, **bands: float | None
) -> None:
    warehouse.rows["dim_targets"].append({
        "area_code": "E09000003", "indicator_id": indicator_id, "valid_from": date(2019, 4, 1), "target": target,
        "near_within": 5.0, "polarity": polarity, "origin": "national", "agreed_by": "Cabinet",
        "agreed_on": date(2019, 3, 12), **bands,
    })  # fmt: skip


def test_off_target_means_the_same_in_heading_sentence_tiles_and_cards(
    warehouse: Warehouse, render: Render
) -> None:
    for number, value in enumerate((100.0, 87.0, 83.0, 60.0)):
        name = f"share{number}"
        warehouse.add_indicator(name, kind="percentage", unit="%", good_is="high", position=name)
        warehouse.add_figure(name, "2025-03-31", value, denominator=100, value=value)
        _add_target(warehouse, name, 90.0, "high", far_within=10.0)
    page = render(warehouse)
    said = exceptions(page)
    assert "2 off target, 1 near target; " in said
    assert "Off target: Caption of share2 (83.0%) and Caption of share3 (60.0%)." in said
    assert [_tile(page, number).split()[-2] for number in range(4)] == ["On", "Near", "Off", "Off"]
    off, near = (
        found(page, f"//h3[@id='{name}']/following-sibling::ul//a/@href")
        for name in ("off-target", "near-target")
    )
    assert near == ["#share1"]
    assert off == ["#share3", "#share2", *near]


def test_target_has_its_unit_and_what_was_not_judged_is_said_on_the_panel_alone(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("wait", kind="mean", unit="days", good_is="low", published_decimals=0)
    warehouse.add_figure("wait", "2025-03-31", 9717, denominator=17, value=572.0)
    _add_target(warehouse, "wait", 426.0, "low")
    page = render(warehouse)
    assert "Off target: Caption of wait (572 days)." in exceptions(page)
    assert "Caption of wait : 572 days , target 426 days." in exceptions(page)
    assert overview(page)["SC01"][6] == "Red target 426 days"
    assert "Red: target 426 days; too little history to say whether it is always met." in words(
        part(page, "wait")
    )
    assert "not judged" not in exceptions(page)


@pytest.mark.parametrize(
    ("counts", "unit", "said", "in_table"),
    [
        ((4145, 4146), "%", "just under 100%", "100.0%"),
        ((4146, 4146), "%", "100.0%", "100.0%"),
        ((1, 4146), "%", "just above 0%", "0.0%"),
        ((0, 4146), "%", "0.0%", "0.0%"),
        ((1, 900000), "per 10,000", "just above 0 per 10,000", "0.0"),
    ],
)
def test_figure_that_only_rounding_brings_to_an_end_of_the_scale_is_said_to_be_short_of_it(
    warehouse: Warehouse,
    render: Render,
    counts: tuple[int, int],
    unit: str,
    said: str,
    in_table: str,
) -> None:
    part_of, of = counts
    kind, scale = ("percentage", 100) if unit == "%" else ("rate_per_10k", 10000)
    warehouse.add_indicator("share", kind=kind, unit=unit)
    warehouse.add_figure("share", "2025-03-31", part_of, denominator=of, value=scale * part_of / of)
    page = render(warehouse)
    assert _tile(page) == f"Caption of share {said}"
    assert words(part(page, "share").xpath("./p[@class='lead']")[0]).startswith(f"{said}, at 31")
    assert overview(page)["SC01"][1].startswith(in_table)
    assert words(part(page, "share").xpath(".//tbody/tr/td[3]")[0]) == in_table


def test_actions_of_the_plan_stand_beside_what_is_off_target(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%", good_is="high")
    warehouse.add_figure("share", "2025-03-31", 50, denominator=100, value=50.0)
    _add_target(warehouse, "share", 90.0, "high")
    for action in ("2.10.1", "2.9.1"):
        warehouse.add_action(action, related_indicators="other share")
    warehouse.add_update("2.9.1", "2025-03-31", rag="AMBER")
    page = render(warehouse)
    done = "Being done: actions 2.9.1 (amber), 2.10.1."
    assert f"Caption of share : 50.0% , target 90%. {done}" in exceptions(page)
    assert "Off target: Caption of share (50.0%)." in exceptions(page)
    assert _tile(page).endswith("Off target")
    assert "A national target, agreed by Cabinet on 12 Mar 2019." in words(part(page, "share"))


@pytest.mark.parametrize("newest_has_value", [True, False])
def test_value_is_printed_with_the_measures_it_cannot_be_read_without(
    warehouse: Warehouse, render: Render, newest_has_value: bool
) -> None:
    warehouse.add_indicator("schools", kind="percentage", unit="%")
    variant = {"kind": "percentage", "unit": "%", "reports": "", "printed_with": "schools"}
    warehouse.add_indicator("coverage", **variant)
    warehouse.add_indicator("proxy", **variant)
    newest = {"denominator": 81, "value": 100.0} if newest_has_value else {}
    warehouse.add_figure("schools", "2025-01-31", 90, denominator=90, value=100.0)
    warehouse.add_figure("coverage", "2025-01-31", 90, denominator=100, value=90.0)
    warehouse.add_figure("schools", "2025-02-28", 81 if newest_has_value else None, **newest)
    warehouse.add_figure("coverage", "2025-02-28", 81, denominator=100, value=81.0)
    warehouse.add_figure("proxy", "2025-02-28", 97, denominator=100, value=97.0)
    note = overview(render(warehouse))["SC01"][-1]
    assert "Caption of coverage: 81.0% (81 / 100)." in note
    assert "Caption of proxy: 97.0% (97 / 100)." in note
    last = "Last value 100.0%, at 31 Jan 2025; Caption of coverage: 90.0% (90 / 100)."
    assert (last in note) is not newest_has_value


def test_missing_newest_value_names_the_last_one(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator("late")
    warehouse.add_figure("late", "2024-12-31", 3, denominator=1000, value=30.0)
    warehouse.add_figure("late", "2025-01-31", status_reason="no submission covers 2025-01-31")
    page = render(warehouse)
    line = overview(page)["SC01"]
    said = "no value , At 31 Jan 2025: No data: no submission covers 31 Jan 2025. Last value 30.0, at 31 Dec 2024."
    assert line[1:] == [said]
    assert "no value in 1 month: Jan 2025" in words(part(page, "late-summary"))


def test_chart_for_each_indicator_with_a_value_and_a_sentence_for_the_others(
    social_care: Warehouse, render: Render
) -> None:
    page = render(social_care)
    assert page.count("<svg") == 2
    assert not part(page, "repeat_pct").xpath(".//*[local-name()='svg']")
    assert "There is no chart: no value in the 2 months on record." in words(
        part(page, "repeat_pct")
    )


def test_text_beside_the_chart_tells_its_course_and_gaps(
    social_care: Warehouse, render: Render
) -> None:
    assert words(part(render(social_care), "cla_rate-summary")) == (
        "2 months with a value: 35 per 10,000 children throughout, at 31 Mar 2025 the latest;"
        " no value in 1 month: Feb 2025."
    )


def test_course_of_a_changing_series_names_ends_extremes_and_the_years_before(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("moving")
    for end, value in (("2025-01-31", 12.0), ("2025-02-28", 15.0), ("2025-03-31", 9.0)):
        warehouse.add_figure("moving", end, value, denominator=10000, value=value)
    warehouse.add_change("moving", "2025-03-31", 12.0, "lower")
    assert words(part(render(warehouse), "moving-summary")) == (
        "3 months with a value: from 12.0 (at 31 Jan 2025) to 9.0 per 10,000 children (at 31 Mar 2025, the latest),"
        " between 9.0 (Mar 2025) and 15.0 (Feb 2025); 12.0 on average 1 to 2 years earlier (dashed);"
        " by chance alone the newest would be between (dotted) 10.80 and 13.20; no month is missing."
    )


def test_one_month_is_one_point_and_one_value(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator("first")
    warehouse.add_figure("first", "2025-03-31", 5, denominator=1000, value=50.0)
    page = render(warehouse)
    assert page.count("<svg") == 1
    assert "One value: 50.0 per 10,000 children, at 31 Mar 2025" in words(
        part(page, "first-summary")
    )
    assert overview(page)["SC01"][4] == "no value before the first submission"


def test_a_warehouse_without_indicators_still_gives_a_page(
    warehouse: Warehouse, render: Render
) -> None:
    page = render(warehouse)
    assert "<svg" not in page
    assert "no indicator is without a value" in page


@pytest.fixture
def compared(warehouse: Warehouse) -> Warehouse:
    """A twelve-month share with published figures before, at and after its newest period."""
    warehouse.add_indicator("pct", kind="percentage", unit="%", headline_basis="rolling12")
    warehouse.add_figure("pct", "2024-12-31", 1, denominator=8, value=12.5)
    for area, value in (("Outer London", 19.25), ("London", 18.0), ("England", 22.0)):
        warehouse.add_benchmark("pct", area, "2024-03-31", value, basis="fy")
        warehouse.add_benchmark("pct", area, "2025-03-31", 99.0, basis="fy")
    warehouse.add_benchmark("pct", "Outer London", "2023-03-31", 77.0, basis="fy")
    for model, value, available in (("2021", 88.0, 10), ("2025", 20.0, 9)):
        warehouse.add_benchmark(
            "pct", "Statistical neighbours", "2024-03-31", value, basis="fy", neighbour_model=model,
            n_available=available,
        )  # fmt: skip
    return warehouse


def test_published_figures_are_the_newest_not_after_our_period(
    compared: Warehouse, render: Render
) -> None:
    page = render(compared)
    assert overview(page)["SC01"][7:11] == ["19.3%", "18.0%", "20.0%", "22.0%"]
    assert _comparator_headings(page) == [
        "Outer London financial year 2023-24, unless said",
        "London financial year 2023-24, unless said",
        "Statistical neighbours financial year 2023-24; 9 of 10 areas, 2025 model, unless said",
        "England financial year 2023-24, unless said",
    ]


def _comparator_headings(page: str) -> list[str]:
    return [words(heading) for heading in found(page, "//table[@class='overview']/thead//th")[8:12]]


def test_figure_of_another_period_than_the_heading_says_it(
    compared: Warehouse, render: Render
) -> None:
    for name in ("late", "later"):
        compared.add_indicator(
            name, position=name, kind="percentage", unit="%", headline_basis="rolling12"
        )
        compared.add_figure(name, "2025-06-30", 1, denominator=8, value=12.5)
        compared.add_benchmark(name, "England", "2025-03-31", 30.0, basis="fy")
    page = render(compared)
    assert _comparator_headings(page)[3] == "England financial year 2024-25, unless said"
    assert overview(page)["late"][10] == "30.0%"
    assert overview(page)["SC01"][10] == "22.0% financial year 2023-24"


def test_note_that_many_lines_share_is_printed_once_below(
    warehouse: Warehouse, render: Render
) -> None:
    for number in range(4):
        warehouse.add_indicator(f"rate{number}", position=f"SC0{number}", plan_order=number)
        warehouse.add_figure(
            f"rate{number}",
            "2025-03-31",
            5,
            denominator=1000,
            value=50.0,
            is_provisional=number < 3,
        )
    page = render(warehouse)
    lines = overview(page)
    assert [line[-1].endswith("Note 1") for line in lines.values()] == [True, True, True, False]
    assert words(part(page, "overview").getparent()).count("an earlier year's") == 1


def test_footer_names_the_publishers_files(compared: Warehouse, render: Render) -> None:
    assert "Published figures: Publisher." in words(found(render(compared), "//footer")[0])


def test_a_difference_of_basis_is_said_in_words(
    compared: Warehouse, social_care: Warehouse, render: Render
) -> None:
    social_care.add_benchmark("cla_rate", "England", "2024-03-31", 70.0)
    page = render(compared)
    assert "only for a year that ends on 31 March" in words(part(page, "pct"))
    assert "only for a year that ends on 31 March" not in words(part(page, "cla_rate"))


def test_figures_without_a_value_are_not_compared_with(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("rate")
    warehouse.add_figure("rate", "2025-03-31", 5, denominator=1000, value=50.0)
    warehouse.add_benchmark("rate", "England", "2025-03-31", None, status="suppressed")
    warehouse.add_benchmark("rate", "England", "2024-03-31", 40.0)
    line = overview(render(warehouse))["SC01"]
    assert line[7:11] == ["not available", "not available", "not available", "40.0"]


def test_an_indicator_without_a_series_says_so(social_care: Warehouse, render: Render) -> None:
    page = render(social_care)
    assert overview(page)["SC09"][7:11] == ["no series"] * 4
    assert "No published series." in words(part(page, "plans_rate"))


def test_an_authority_outside_london_is_not_compared_with_london(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.rows["dim_areas"].clear()
    warehouse.add_area("E08000001", "Bolton", is_home=True)
    warehouse.add_indicator("rate")
    warehouse.add_figure(
        "rate", "2025-03-31", 5, denominator=1000, value=50.0, area_code="E08000001"
    )
    warehouse.add_benchmark("rate", "Outer London", "2025-03-31", 60.0)
    page = render(warehouse)
    assert "London" not in page
    assert "50.0 per 10,000 children" in overview(page)["SC01"]


def test_lines_stand_in_plan_order_under_their_sections(
    warehouse: Warehouse, render: Render
) -> None:
    for position, place in (("ED11c.i", 4), ("SC10", 2), ("SC02", 1), ("ED03", 3)):
        warehouse.add_indicator(
            position,
            position=position,
            plan_order=place,
            section="Education" if position < "F" else "Care",
        )
        warehouse.add_figure(position, "2025-03-31")
    warehouse.add_indicator("elsewhere", position="SC01", reports="standards")
    page = render(warehouse)
    assert list(overview(page)) == ["SC02", "SC10", "ED03", "ED11c.i"]
    headings = found(page, "//th[@scope='rowgroup']")
    assert [words(heading) for heading in headings] == ["Care", "Education"]


def test_provisional_results_say_that_a_revised_release_is_to_come(
    warehouse: Warehouse, render: Render
) -> None:
    """Pupils' results have no population that could be of an earlier year."""
    warehouse.add_indicator("results", kind="percentage", headline_basis="academic_year")
    warehouse.add_figure(
        "results", "2025-03-31", 5, denominator=10, value=50.0, is_provisional=True
    )
    assert (
        "not all records are of a revised or final release"
        in overview(render(warehouse))["SC01"][-1]
    )


def test_provisional_and_revised_figures_are_marked(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator("rate")
    said: dict[str, Any] = {"denominator": 1000, "value": 50.0, "is_provisional": True}
    warehouse.add_figure("rate", "2025-03-31", 5, first_reported_value=40.0, **said)
    page = render(warehouse)
    assert "Provisional: the population is an earlier year's" in overview(page)["SC01"][-1]
    assert "Value available; provisional; first reported as 40.0" in words(part(page, "rate"))


def test_sums_of_three_months_are_said_to_be_that(warehouse: Warehouse, render: Render) -> None:
    warehouse.add_indicator(
        "neet", kind="percentage", unit="%", headline_basis="december_to_february"
    )
    warehouse.add_figure(
        "neet", "2025-02-28", 149, period_start="2024-12-01", denominator=26539, value=0.6
    )
    warehouse.add_benchmark(
        "neet", "Statistical neighbours", "2025-02-28", 1.1, basis="december_to_february",
        period_start=date(2024, 12, 1),
    )  # fmt: skip
    page = render(warehouse)
    assert _tile(page) == "Caption of neet 0.6% Dec 2024 to Feb 2025: 0.6%, neighbours 1.1%"
    assert overview(page)["SC01"][2] == "149 / 26,539 (three months added up)"
    assert overview(page)["SC01"][3].startswith("Dec 2024 to Feb 2025")
    assert "numerator and denominator: three months added up" in words(part(page, "neet"))


def test_source_is_said_where_it_is_another_than_before(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("rate")
    for month, source in (("01-31", "cin_census"), ("02-28", "annex_a+cin_census"), ("03-31", "annex_a+cin_census")):  # fmt: skip
        warehouse.add_figure(
            "rate", f"2025-{month}", 5, denominator=1000, value=50.0, source=source
        )
    rows = part(render(warehouse), "rate").xpath(".//details//tbody/tr")
    assert [words(row[-1]) for row in rows] == [
        "Value available",
        "Value available; now from Annex A and CIN census",
        "Value available",
    ]


def test_areas_stand_side_by_side_only_where_there_are_several(
    social_care: Warehouse, render: Render
) -> None:
    assert "All areas" not in render(social_care)


def test_every_area_has_its_newest_figure_or_its_status(
    social_care: Warehouse, render: Render, tmp_path: Any
) -> None:
    social_care.add_area("E08000001", "Bolton")
    said: dict[str, Any] = {"area_code": "E08000001"}
    social_care.add_figure(
        "cla_rate", "2025-03-31", 1, denominator=75599, value=1 / 75599 * 10000, **said
    )
    social_care.add_figure("repeat_pct", "2025-03-31", **said)
    section = found(render(social_care), "//section[@aria-labelledby='areas']")[0]
    assert [[words(cell) for cell in row] for row in section.xpath(".//tr")] == [
        ["No.", "Indicator", "Barnet", "Bolton"],
        ["SC02", "Repeat referrals (%)", "no value not enough history", "no value no data"],
        ["SC09", "Title of plans_rate", "24.0 held", "no value no data"],
        ["SC12", "Looked after (rate)", "35", "0"],
    ]


def test_header_names_area_dates_and_restriction_and_the_foot_the_run(
    social_care: Warehouse, render: Render
) -> None:
    page = render(social_care)
    said, foot = (words(found(page, f"//{part}")[0]) for part in ("header", "footer"))
    assert said.startswith("Restricted: for officers Barnet Committee report")
    assert "Figures to 31 Mar 2025, as known on 31 Mar 2025" in said
    assert "Run 20250401T010203-abcdef, as known on 31 Mar 2025, code version 1.2.3" in foot


def test_synthetic_data_is_said_in_words_only_where_it_is(
    social_care: Warehouse, render: Render
) -> None:
    assert "Synthetic data" not in render(social_care)


def test_synthetic_banner(social_care: Warehouse, render: Render) -> None:
    social_care.rows["dim_runs"][0]["is_synthetic"] = True
    assert "Synthetic data." in words(found(render(social_care), "//header")[0])


def test_texts_from_the_warehouse_are_escaped_everywhere(
    warehouse: Warehouse, render: Render
) -> None:
    hostile = '<script>alert("x")</script><img src=http://example.org/x.png>&'
    warehouse.rows["dim_areas"][0]["area_name"] = hostile
    texts = (
        "title",
        "definition",
        "numerator_means",
        "denominator_means",
        "caveats",
        "data_owner",
        "inputs",
    )
    warehouse.add_indicator("rate", unit=hostile, section=hostile, **dict.fromkeys(texts, hostile))
    warehouse.add_figure("rate", "2025-02-28", status_reason=hostile)
    warehouse.add_figure("rate", "2025-03-31", 5, denominator=1000, value=50.0)
    page = render(warehouse)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<svg") == 1


def test_page_is_one_file_that_loads_nothing(compared: Warehouse, render: Render) -> None:
    page = render(compared)
    assert "://" not in page
    assert not re.search(r"<(script|link|iframe|object|embed|img)\b|\bsrc=|@import|url\(", page)
    assert "default-src 'none'" in page


def test_same_warehouse_gives_the_same_page(compared: Warehouse, tmp_path: Any) -> None:
    from orchestration.reports.content.committee import committee_content, write_page

    marts = compared.write(tmp_path / "warehouse.duckdb")
    for name in ("one.html", "two.html"):
        write_page(committee_content(marts, "restricted"), tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


@pytest.fixture
def document(compared: Warehouse, social_care: Warehouse, render: Render) -> Any:
    """A page with every kind of part, parsed."""
    compared.add_area("E08000001", "Bolton")
    compared.add_figure("pct", "2025-03-31", area_code="E08000001")
    compared.rows["dim_runs"][0]["is_synthetic"] = True
    return html.fromstring(render(compared))


def test_document_has_language_and_a_title_of_its_own(document: Any) -> None:
    assert document.attrib["lang"] == "en-GB"
    assert (
        document.findtext("head/title")
        == "Barnet: committee report, 31 Mar 2025 (restricted edition)"
    )


def test_headings_descend_one_level_at_a_time(document: Any) -> None:
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_headers_with_scope(document: Any) -> None:
    tables = document.xpath("//table")
    assert len(tables) == 3 + 4
    for table in tables:
        assert words(table.find("caption"))
        assert all(cell.attrib.get("scope") for cell in table.iter("th"))
        assert all(row.xpath("./th[@scope='row']") for row in table.xpath("./tbody/tr[td]"))


def test_scrolling_regions_can_be_focused_and_have_names_of_their_own(document: Any) -> None:
    regions = document.xpath("//*[contains(concat(' ', @class, ' '), ' scroll ')]")
    names = [region.attrib["aria-label"] for region in regions]
    assert all(
        region.attrib["tabindex"] == "0" and region.attrib["role"] == "region" for region in regions
    )
    assert len(set(names)) == len(names) == 2 + 4


def test_ids_are_unique_and_every_reference_leads_somewhere(document: Any) -> None:
    ids = Counter(document.xpath("//@id"))
    assert set(ids.values()) == {1}
    named = document.xpath("//@aria-labelledby|//@aria-describedby")
    # The data owners' pages stand in files of their own.
    linked = [target[1:] for target in document.xpath("//a/@href") if target.startswith("#")]
    assert {*named, *linked} <= set(ids)


def test_first_stop_of_the_keyboard_is_the_way_past_the_header(document: Any) -> None:
    first = document.xpath("//a|//button|//*[@tabindex='0']")[0]
    assert first.attrib["href"] == "#main"
    assert words(first) == "Skip to the report"


def test_every_chart_is_an_image_with_a_name_and_a_description(document: Any) -> None:
    drawings = document.xpath("//*[local-name()='svg']")
    assert len(drawings) == 3
    for drawing in drawings:
        assert drawing.attrib["role"] == "img"
        assert drawing.attrib["aria-label"].startswith("Run chart of SC")
        assert words(document.get_element_by_id(drawing.attrib["aria-describedby"]))


def test_sources_that_disagree_stand_under_a_heading_of_their_own(
    warehouse: Warehouse, render: Render
) -> None:
    """Both figures and what is tolerated; what is within tolerance, of another report or area is not listed."""
    warehouse.add_indicator("a")
    warehouse.add_figure("a", "2025-03-31")
    warehouse.add_reconciliation(
        "Children looked after", "2025-03-31", 343.0, 300.0, is_within=False
    )
    warehouse.add_reconciliation(
        "A rate", "2024-03-31", 80.25, 100.0, is_within=False, indicator_id="a"
    )
    warehouse.add_reconciliation("Within", "2025-03-31", 300.0, 300.0, is_within=True)
    warehouse.add_indicator("other", reports="practice")
    warehouse.add_reconciliation(
        "Of another report", "2025-03-31", 3.0, 300.0, is_within=False, indicator_id="other"
    )
    warehouse.add_reconciliation(
        "Elsewhere", "2025-03-31", 3.0, 300.0, is_within=False, area_code="E09000007"
    )
    page = render(warehouse)

    rows = found(page, "//h3[@id='disagreements']/following-sibling::div[1]/table/tbody/tr")
    assert [[words(cell) for cell in row] for row in rows] == [
        ["Children looked after", "31 Mar 2025", "Annex A", "343", "SSDA903", "300", "30"],
        ["A rate", "31 Mar 2024", "Annex A", "80.25", "SSDA903", "100", "10"],
    ]


def test_page_has_no_heading_for_disagreements_when_all_sources_agree(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("a")
    warehouse.add_figure("a", "2025-03-31")
    warehouse.add_reconciliation("Within", "2025-03-31", 300.0, 300.0, is_within=True)
    assert found(render(warehouse), "//h3[@id='disagreements']") == []


def test_what_an_owner_says_is_printed_with_the_exception_and_on_the_panel(
    warehouse: Warehouse, render: Render
) -> None:
    warehouse.add_indicator("share", kind="percentage", unit="%", good_is="high")
    warehouse.add_figure("share", "2025-03-31", 40, denominator=100, value=40.0)
    warehouse.add_target("share", 85)
    warehouse.add_comment("share", "2025-03-31", "Free places <b>each</b> week.")
    page = render(warehouse)
    said = "Head of data, 31 Mar 2025: Free places <b>each</b> week."
    assert said in words(part(page, "off-target").getparent())
    assert said in words(part(page, "share"))
