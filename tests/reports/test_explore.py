"""The explore page: what it holds is what the warehouse and the open data say, and only its own scripts run.

What a reader sees of it in a browser is looked at by hand.
"""

from __future__ import annotations

import base64
import csv
import json
import re
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from lxml import html

from orchestration.reports.content.committee import practice_content
from orchestration.reports.content.explore import write_explore_page
from orchestration.reports.content.panels import Cell
from orchestration.reports.content.rounding import printed, printed_count
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.open_data.pack import write_open_data
from tests.reports.disclosure.papers import WITHHELD

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

LARGEST = 3_000_000


@pytest.fixture
def marts(warehouse: Warehouse, tmp_path: Path) -> Path:
    """A share of four of 80 by sex, with what the years before lead one to expect; a rate whose groups nobody has counted,
    beside England; and a measure for officers only."""
    share: dict[str, Any] = {"kind": "percentage", "unit": "%", "population": "care_ended"}
    warehouse.add_indicator("rare_pct", position="SC17", **share)
    warehouse.add_figure("rare_pct", "2024-03-31", 7, denominator=90, value=7 / 90 * 100)
    warehouse.add_figure("rare_pct", "2025-03-31", 4, denominator=80, value=5.0)
    for end in ("2024-03-31", "2025-03-31"):
        warehouse.add_change("rare_pct", end, 7.5, "none")
    warehouse.add_indicator("rate", position="SC01", population="referrals")
    warehouse.add_figure("rate", "2025-03-31", 2500, denominator=93851, value=266.379)
    warehouse.add_benchmark("rate", "England", "2024-03-31", 518.3)
    warehouse.add_indicator(
        "waits_pct", plan="practice", section="Front door", reports="practice", is_public=False, **share
    )  # fmt: skip
    warehouse.add_figure("waits_pct", "2025-03-31", 30, denominator=60, value=50.0)
    for place, sex in enumerate(("female", "male"), start=1):
        group = {"breakdown": "sex", "breakdown_value": sex}
        warehouse.rows["dim_breakdown_values"].append({**group, "sort_order": place, "run_id": "r"})
        warehouse.add_figure("rare_pct", "2025-03-31", 2, denominator=40, value=5.05, **group)
        warehouse.add_figure("rate", "2025-03-31", 1250, share_of_rate=133.1895, **group)
    for month, step, within, reached in (
        ("2024-12-31", "assessed", 3, 30), ("2024-12-31", "looked after", 3, 1), ("2025-01-31", "assessed", 3, None),
    ):  # fmt: skip
        warehouse.add_cohort("referrals", month, step, within, reached)
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(path, Identities({"rare_pct": Measures("rare record", "record")}))
    return path


def _page(marts: Path, edition: str) -> str:
    target = marts.parent / f"explore_{edition}.html"
    write_explore_page(marts, target, edition)
    return target.read_text(encoding="utf-8")


def _data(marts: Path, edition: str) -> dict[str, Any]:
    [text] = html.fromstring(_page(marts, edition)).xpath("//script[@id='figures']/text()")
    data: dict[str, Any] = json.loads(text)
    return data


def _held(marts: Path, edition: str) -> dict[str, Any]:
    return {one["id"]: one for one in _data(marts, edition)["indicators"]}


def _query(marts: Path, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(marts), read_only=True) as connection:
        return connection.execute(sql, given).fetchall()


@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_every_figure_of_the_warehouse_is_on_the_page_as_it_is_printed(
    marts: Path, edition: str
) -> None:
    held = _held(marts, edition)
    figures = _query(
        marts,
        "select indicator_id, cast(period_end as varchar), numerator, denominator, value, usual, lower_limit,"
        " upper_limit, status, unit, published_decimals from marts.rpt_figures"
        " inner join marts.dim_indicators using (indicator_id) where edition = ?",
        edition,
    )
    assert len(figures) == sum(len(one["rows"]) for one in held.values())
    assert set(held) == {"rare_pct", "rate"} | ({"waits_pct"} if edition == "restricted" else set())
    for name, end, numerator, denominator, value, *limits, status, unit, decimals in figures:
        [row] = [one for one in held[name]["rows"] if one[0] == end]
        _, _, *shown, charted = row[:6]
        withheld = [WITHHELD] * 3 if status == "suppressed" else None
        sign = "%" if unit == "%" else ""
        assert shown == (withheld or [
            printed_count(numerator), printed_count(denominator), printed(value, decimals) + sign,
        ])  # fmt: skip
        assert (charted, *row[6:9]) == (value, *limits)


def test_public_page_says_what_the_open_data_say(marts: Path, tmp_path: Path) -> None:
    pages = tmp_path / "public"
    pages.mkdir()
    write_open_data(marts, pages)
    with (pages / "data" / "draft_months.csv").open(encoding="utf-8", newline="") as file:
        data = {
            (one["indicator"], one["time_period"], part): one[part]
            for one in csv.DictReader(file)
            for part in ("numerator", "denominator", "figure")
        }
    held = _held(marts, "public")
    shown = {
        (one["title"], row[0][:4], part): re.sub(r"[,%\[\]]", "", text)
        for one in held.values()
        for row in one["rows"]
        for part, text in zip(("numerator", "denominator", "figure"), row[2:5], strict=True)
    }
    assert shown.keys() == data.keys()
    assert {key for key, text in shown.items() if _number(text) != _number(data[key])} == set()


def _number(text: str) -> float | str:
    return text if text == "c" else float(text)


def test_nothing_of_a_withheld_figure_shows_in_public(marts: Path) -> None:
    row = _held(marts, "public")["rare_pct"]["rows"][-1]
    assert row[2:11] == [WITHHELD, WITHHELD, WITHHELD, None, None, None, None, "", ""]
    # A limit of another year would tell the one that is withheld.
    assert _held(marts, "public")["rare_pct"]["rows"][0][6:11] == [None, None, None, "", ""]
    assert _held(marts, "restricted")["rare_pct"]["rows"][0][6] == 7.5
    page = _page(marts, "public")
    assert [told for told in ("female", "waits_pct", "Front door", "Head of data") if told in page] == []  # fmt: skip


def test_officers_see_groups_as_they_are_printed_and_shares_where_nobody_has_counted_a_group(
    marts: Path,
) -> None:
    held = _held(marts, "restricted")
    by_sex = held["rare_pct"]["by"]["sex"]
    assert by_sex["groups"] == ["female", "male"]
    assert by_sex["cells"] == [[None, None], [[2, 40, 5.1, None], [2, 40, 5.1, None]]]
    assert held["rate"]["by"]["sex"]["cells"] == [[[1250, None, None, 133.2]] * 2]
    assert {one["id"] for one in _held(marts, "public").values() if one["by"]} == set()


def test_officers_follow_a_cohort_and_the_public_page_has_none(marts: Path) -> None:
    [page] = [one for one in _data(marts, "restricted")["pages"] if "cohort" in one]
    assert (page["id"], page["title"]) == ("cohort-referrals", "Referrals followed")
    cohort = page["cohort"]
    assert cohort["months"] == [["2024-12-31", "Dec 2024"], ["2025-01-31", "Jan 2025"]]
    assert cohort["within"] == [3]
    assert cohort["steps"] == [
        {
            "name": "assessed",
            "cells": [[["75.0%", "30 / 40", 75.0]], [["no value", "Not enough history", None]]],
        },
        {"name": "looked after", "cells": [[["2.5%", "1 / 40", 2.5]]]},
    ]
    assert [one for one in _data(marts, "public")["pages"] if "cohort" in one] == []
    assert [told for told in ("Referrals followed", "Dec 2024", "30 / 40") if told in _page(marts, "public")] == []  # fmt: skip


def test_held_cohort_says_why_it_has_no_figures(warehouse: Warehouse, tmp_path: Path) -> None:
    reason = "held by a check since the extract of 2025-03-31"
    warehouse.add_cohort(
        "entrants to care", "2024-12-31", "left care", 3, None, status="held", status_reason=reason
    )
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    [page] = _data(marts, "restricted")["pages"]
    assert page["about"].endswith(
        "No figures now: held by a check since the extract of 31 Mar 2025."
    )
    assert page["cohort"]["steps"] == [
        {"name": "left care", "cells": [[["no value", "Held", None]]]}
    ]


def test_newest_figures_of_a_service_stand_side_by_side_by_what_the_records_are(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    practice: dict[str, Any] = {
        "plan": "practice",
        "section": "Front door",
        "reports": "practice",
        "is_public": False,
    }
    warehouse.add_indicator("nfa_pct", caption="No action", kind="percentage", unit="%", **practice)
    warehouse.add_indicator("contacts", caption="Contacts", **practice)
    warehouse.add_figure("nfa_pct", "2025-03-31", 4, denominator=80, value=5.0)
    warehouse.add_figure("contacts", "2025-03-31", 90, denominator=93851, value=9.59)
    for place, (breakdown, group) in enumerate(
        (("referral_source", "police"), ("referral_source", "health"), ("sex", "female"))
    ):
        part = {"breakdown": breakdown, "breakdown_value": group}
        warehouse.rows["dim_breakdown_values"].append(
            {**part, "sort_order": 9 - place, "run_id": "r"}
        )
        warehouse.add_figure("contacts", "2025-03-31", 45, share_of_rate=4.795, **part)
    police = {"breakdown": "referral_source", "breakdown_value": "police"}
    warehouse.add_figure("nfa_pct", "2025-03-31", 1, denominator=20, value=5.0, **police)
    # Only the newest period stands there.
    warehouse.add_figure("nfa_pct", "2024-03-31", 9, denominator=20, value=45.0, **police)
    warehouse.rows["fct_managers_lists"].append(
        {"list_id": "outside_area", "area_code": "E09000003", "child_key": "a", "indicator_id": "nfa_pct",
         "as_at_date": date(2025, 3, 31), "began_on": date(2024, 1, 10), "run_id": "r"}
    )  # fmt: skip
    [service] = practice_content(warehouse.write(tmp_path / "warehouse.duckdb"))["services"]
    [table] = service.tables
    assert (service.name, service.address) == ("Front door", "practice-front-door")
    assert [(one.title, one.n_children) for one in service.lists] == [
        ("Placed outside the area", 1)
    ]
    assert (table.name, table.captions) == ("referral source", ("No action", "Contacts"))
    assert table.rows == (
        ("health", (Cell("–"), Cell("4.8 of the rate", "45"))),
        ("police", (Cell("5.0%", "1 / 20"), Cell("4.8 of the rate", "45"))),
    )


def test_published_figures_stand_beside_and_the_report_says_more(marts: Path) -> None:
    rate = _held(marts, "public")["rate"]
    [england] = rate["compared"]
    assert england["name"] == "England"
    assert england["rows"] == [["2024-03-31", "At 31 Mar 2024", "518.3", 518.3]]
    assert rate["report"] == "committee.html#rate"
    assert _held(marts, "restricted")["waits_pct"]["report"] == "practice.html#waits_pct"


@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_only_the_scripts_of_the_page_run_and_nothing_is_fetched(marts: Path, edition: str) -> None:
    text = _page(marts, edition)
    page = html.fromstring(text)
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    scripts = page.xpath("//script[not(@type)]")
    digests = [
        base64.b64encode(sha256(script.text.encode()).digest()).decode() for script in scripts
    ]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; script-src "
        + " ".join(f"'sha256-{digest}'" for digest in digests)
    )
    assert len(digests) == 2
    assert page.xpath("//script/@src | //link | //img | //@onclick") == []
    assert len(text.encode()) < LARGEST


def test_text_of_the_registry_ends_no_script(warehouse: Warehouse, tmp_path: Path) -> None:
    said = "</script><script>alert(1)</script>"
    warehouse.add_indicator("odd", position="SC01", definition=said)
    warehouse.add_figure("odd", "2025-03-31", 2500, denominator=93851, value=266.379)
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    assert _held(marts, "restricted")["odd"]["definition"] == said
    assert len(html.fromstring(_page(marts, "restricted")).xpath("//script")) == 3
