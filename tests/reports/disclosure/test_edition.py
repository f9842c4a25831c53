"""The public rows of the printed tables, and what a page made of them shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from orchestration.reports.content.committee import committee_content
from orchestration.reports.disclosure import public_rows
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.disclosure.rules import NoRule
from orchestration.reports.media.pdf.committee import committee_document
from orchestration.reports.media.pdf.document import source_of
from orchestration.reports.render import EDITIONS, render_edition
from orchestration.warehouse.schemas import printed_tables, public_columns

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

IDENTITIES = Identities({"rare_pct": Measures("rare record", "record")})


@pytest.fixture
def social_care(warehouse: Warehouse) -> Warehouse:
    """A share that was 7 of 90 a year ago and is 4 of 80 now, one of 61, and a rate that is large."""
    said: dict[str, Any] = {"kind": "percentage", "unit": "%", "population": "care_ended"}
    warehouse.add_indicator("rare_pct", position="SC17", **said)
    warehouse.add_figure("rare_pct", "2024-03-31", 7, denominator=90, value=7 / 90 * 100)
    warehouse.add_figure(
        "rare_pct", "2025-03-31", 4, denominator=80, value=5.0, first_reported_value=4.9
    )
    warehouse.add_indicator("half_pct", position="SC18", **said | {"population": "care_leavers"})
    warehouse.add_figure("half_pct", "2025-03-31", 21, denominator=61, value=21 / 61 * 100)
    warehouse.add_indicator("rate", position="SC01", population="referrals")
    warehouse.add_figure("rate", "2025-03-31", 2500, denominator=93851, value=266.379)
    return warehouse


@pytest.fixture
def public(social_care: Warehouse, tmp_path: Path) -> Path:
    """The warehouse with its public rows."""
    marts = social_care.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, IDENTITIES)
    return marts


def rows(marts: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(marts), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_unsafe_figure_and_all_that_would_tell_it_are_taken_out(public: Path) -> None:
    assert rows(
        public,
        "select numerator, denominator, value, first_reported_value, usual, lower_limit, status, status_reason"
        " from marts.rpt_figures where edition = 'public' and indicator_id = 'rare_pct' and period_end = '2025-03-31'",
    ) == [(None, None, None, None, None, None, "suppressed", "withheld to protect individuals")]
    assert rows(
        public,
        "select value, numerator, direction, rag, status, year_before_value, last_value_period_end"
        " from marts.rpt_committee where edition = 'public' and indicator_id = 'rare_pct'",
    ) == [(None, None, "not judged", "Monitor", "suppressed", 8.0, None)]


def test_the_restricted_edition_is_left_as_it_was(public: Path) -> None:
    assert rows(
        public,
        "select numerator, value from marts.rpt_committee where edition = 'restricted' and indicator_id = 'rare_pct'",
    ) == [(4, 5.0)]


def test_percentage_of_under_a_hundred_is_a_whole_number(public: Path) -> None:
    found = "select value from marts.rpt_committee where indicator_id = 'half_pct' order by edition"
    assert rows(public, found) == [(34.0,), (34.4,)]


@pytest.mark.parametrize("table", printed_tables())
def test_a_column_that_does_not_say_what_it_may_show_stops_the_edition(
    table: str, social_care: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marts = social_care.write(tmp_path / "warehouse.duckdb")
    declared = public_rows.public_columns

    def planted(name: str) -> dict[str, str | None]:
        return {**declared(name), **({"notes": None} if name == table else {})}

    monkeypatch.setattr(public_rows, "public_columns", planted)
    said = (
        f"{table}.notes does not say what it may show in public: give it `meta.public` in its YAML"
    )
    with pytest.raises(NoRule, match=said):
        public_rows.check_declared()
    if table in {one.name for one in public_rows.TABLES}:
        with pytest.raises(NoRule, match=said):
            write_public_edition(marts, IDENTITIES)


def test_a_table_that_nothing_makes_public_rows_of_stops_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(public_rows, "TABLES", public_rows.TABLES[:3])
    with pytest.raises(
        NoRule, match="rpt_board has columns that are not public as they are, and no public rows"
    ):
        public_rows.check_declared()


@pytest.mark.parametrize("table", public_rows.TABLES, ids=lambda table: table.name)
def test_every_special_case_is_of_a_column_that_may_be_withheld(table: Any) -> None:
    declared = public_columns(table.name)
    assert {*table.shown, *table.instead} <= {
        name for name, mode in declared.items() if mode != "as it is"
    }


def test_mean_that_tells_too_much_beside_another_keeps_its_base(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Of two windows, a month apart, one mean is printed; how many children both are of may be known."""
    warehouse.add_indicator(
        "days", position="SC21", kind="mean", population="adoptions", headline_basis="rolling36"
    )
    for end in ("2025-02-28", "2025-03-31"):
        warehouse.add_figure(
            "days", end, 5004, period_start=date(2022, 4, 1), denominator=12, value=417.0
        )
    counted = {
        "indicator_id": "days",
        "area_code": "E09000003",
        "numerator_amount": 417.0,
        "denominator_amount": 1.0,
    }
    for number in range(12):
        day = date(2025, 3 if number == 11 else 1, 15)
        warehouse.rows["fct_counted_records"].append(
            counted | {"record_key": str(number), "counted_on": day}
        )
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(
        marts, Identities({"days": Measures("days", "adoption order", is_sum=True)})
    )
    found = "select cast(period_end as varchar), denominator, value, status from marts.rpt_figures where edition = 'public' order by 1"
    assert rows(marts, found) == [
        ("2025-02-28", 12, None, "suppressed"),
        ("2025-03-31", 12, 417.0, "ok"),
    ]


def test_months_and_sessions_of_few_people_are_withheld(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Each person is counted so many times in the window, by so many sessions; of other windows nothing is seen."""
    # how many are in the numerator, of how many, times, sessions
    withheld = {(3, 40, 3, 1), (37, 40, 3, 1), (0, 9, 3, 1), (5, 12, 1, 190), (4, 9, 3, 190)}
    printed = {(6, 40, 3, 1), (34, 40, 3, 1), (6, 12, 1, 190)}
    named = {
        f"{kind} {case}": (kind, *case)
        for kind, case in product(("percentage", "gap"), withheld | printed)
    }
    for name, (kind, in_numerator, of, times, sessions) in named.items():
        warehouse.add_indicator(name, position=name, kind=kind, population="young_people_16_17")
        few, all_ = (count * times * sessions for count in (in_numerator, of))
        said = {"denominator": all_, "value": 100 * few / all_}
        warehouse.add_figure(name, "2025-02-28", few, period_start=date(2024, 12, 1), **said)
        for person, month in product(range(of + 9), range(times)):
            day = date(2025, 2 if person < of else 3, 1 + month)
            warehouse.rows["fct_counted_records"].append(
                {
                    "indicator_id": name, "area_code": "E09000003", "record_key": str(person),
                    "child_key": f"child {person}", "counted_on": day, "denominator_amount": float(sessions),
                    "numerator_amount": float(sessions * (person < in_numerator)),
                }
            )  # fmt: skip
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    measures = {name: Measures(f"month of {name}", f"person-month of {name}") for name in named}
    found = {key[0] for key in write_public_edition(marts, Identities(measures))}
    assert found == {name for name, (_, *case) in named.items() if tuple(case) in withheld}


def test_records_of_few_people_are_judged_as_records(warehouse: Warehouse, tmp_path: Path) -> None:
    """Nine of ninety enquiries are printed, whoever they were about: an enquiry is counted once."""
    warehouse.add_indicator("events", position="SC05", kind="percentage", population="enquiries")
    warehouse.add_figure("events", "2025-03-31", 9, denominator=90, value=10.0)
    for number in range(90):
        warehouse.rows["fct_counted_records"].append(
            {
                "indicator_id": "events", "area_code": "E09000003", "record_key": str(number),
                "child_key": f"child {number // 3}", "counted_on": date(2025, 3, 1),
                "denominator_amount": 1.0, "numerator_amount": float(number < 9),
            }
        )  # fmt: skip
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    assert not write_public_edition(marts, Identities({"events": Measures("repeat", "enquiry")}))


def test_sum_of_a_mean_is_not_printed(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.add_indicator("days", position="SC21", kind="mean", population="adoptions")
    warehouse.add_figure("days", "2025-03-31", 5004, denominator=12, value=417.0)
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(
        marts, Identities({"days": Measures("days", "adoption order", is_sum=True)})
    )
    for table in ("rpt_figures", "rpt_committee"):
        assert rows(
            marts, f"select edition, numerator, denominator, value from marts.{table} order by 1"
        ) == [("public", None, 12, 417.0), ("restricted", 5004, 12, 417.0)]


def test_both_editions_have_the_same_lines(public: Path) -> None:
    for table, key in (
        ("rpt_figures", "indicator_id, area_code, period_end"),
        ("rpt_committee", "indicator_id"),
    ):
        found = rows(
            public, f"select {key}, count(distinct edition) from marts.{table} group by {key} having count(*) <> 2"
        )  # fmt: skip
        assert found == []


def test_every_file_of_the_public_edition_is_silent_about_it(public: Path, tmp_path: Path) -> None:
    for edition in EDITIONS:
        render_edition(public, tmp_path / "month" / edition, edition)
    page, restricted = (
        "".join((tmp_path / "month" / edition / name).read_text() for name in ("committee.html", "explore.html"))
        for edition in ("public", "restricted")
    )  # fmt: skip
    for told in ("4 / 80", '"4","80"', "5.0%"):
        assert (told in restricted, told in page) == (True, False)
    assert "[c]" in page
    assert {path.name for path in (tmp_path / "month" / "public").iterdir()} == {
        "index.html", "committee.html", "committee.xlsx", "standards.html", "standards.xlsx", "board.html",
        "board.xlsx", "committee.pdf", "board.pdf", "explore.html", "data",
    }  # fmt: skip
    [row] = [
        line for line in (tmp_path / "month" / "public" / "data" / "draft_months.csv").read_text().splitlines()
        if line.startswith("2025,March") and "Title of rare_pct" in line
    ]  # fmt: skip
    assert row.endswith(",c,c,c")
    document = committee_document(committee_content(public, "public"))
    data = source_of(document)["data.json"].decode()
    assert "[c]" in data
    assert "4 / 80" not in data
    assert "5.0%" not in data


def test_interval_of_a_withheld_score_is_withheld_too(warehouse: Warehouse, tmp_path: Path) -> None:
    """Its width tells the number of pupils."""
    warehouse.add_indicator(
        "p8",
        population="ks4_pupils",
        kind="mean",
        unit="points",
        reports="committee standards",
        headline_basis="academic_year",
    )
    for end, pupils in (("2023-08-31", 400), ("2024-08-31", 3)):
        warehouse.add_figure(
            "p8",
            end,
            10,
            denominator=pupils,
            value=0.5,
            confidence_lower=-1.1,
            confidence_upper=2.1,
        )
    marts = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(marts, Identities())
    found = rows(
        marts,
        "select cast(period_end as varchar), value, confidence_lower, confidence_upper, significance"
        " from marts.rpt_figures where edition = 'public' order by 1",
    )
    assert found == [
        ("2023-08-31", 0.5, -1.1, 2.1, "none"),
        ("2024-08-31", None, None, None, None),
    ]


def test_an_indicator_of_an_unknown_kind_stops_the_edition(
    social_care: Warehouse, tmp_path: Path
) -> None:
    social_care.add_indicator("odd", position="SC99", kind="median")
    social_care.add_figure("odd", "2025-03-31", 3, denominator=9, value=3.0)
    marts = social_care.write(tmp_path / "warehouse.duckdb")
    with pytest.raises(NoRule, match="median"):
        write_public_edition(marts, Identities())
    assert rows(marts, "select count(*) from marts.rpt_figures where edition = 'public'") == [(0,)]


def test_public_rows_alone_reach_a_public_page(
    social_care: Warehouse, render: Callable[..., str]
) -> None:
    """Without the gate there is no public line, so a page cannot be made at all."""
    with pytest.raises(KeyError):
        render(social_care, edition="public")
