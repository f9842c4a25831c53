"""The open data of the public edition: DfE's rules for such files, the standards that describe them, and the same figures
as the pages print.

The rules are those of DfE's screener (dfe-analytical-services/eesyscreener, 2026), said again.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from frictionless import Package, system

from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.open_data.pack import write_open_data

if TYPE_CHECKING:
    from tests.reports.conftest import Warehouse

REQUIRED = {"time_period", "time_identifier", "geographic_level", "country_code", "country_name"}
OF_AUTHORITIES = {"region_code", "region_name", "old_la_code", "new_la_code", "la_name"}
META = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
]  # fmt: skip
MONTHS = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}  # fmt: skip
FOUR_DIGITS = MONTHS | {"Calendar year", "Reporting year"}
SIX_DIGITS = {
    "Academic year", "Financial year", "Autumn and spring term", "Autumn term", "Spring term", "Summer term",
}  # fmt: skip
ALIKE = (MONTHS, {"Autumn term", "Spring term", "Summer term"})
SYMBOLS = {"c", "x", "z", "k", "u", "low"}
BASES = (
    "rolling12", "snapshot", "fy", "academic_year", "academic_year_autumn_spring", "term", "annual", "december_to_february",
)  # fmt: skip
# Of a yearly figure: the first days of the older and the newer period, their last days, file and identifier.
YEARLY = {
    "calendar": (("2024-01-01", "2025-01-01"), ("2024-12-31", "2025-12-31"), "calendar_years", "Calendar year"),
    "financial": (("2023-04-01", "2024-04-01"), ("2024-03-31", "2025-03-31"), "financial_years", "Financial year"),
    "pooled": (("2021-04-01", "2022-04-01"), ("2024-03-31", "2025-03-31"), "financial_years", "Financial year"),
    "offers": (("2024-04-16", "2025-04-16"), ("2024-04-16", "2025-04-16"), "months", "April"),
    "odd": (("2023-07-01", "2024-07-01"), ("2024-06-30", "2025-06-30"), "months", "June"),
}  # fmt: skip
ENDS = {
    "academic_year": ("2024-08-31", "2025-08-31"), "academic_year_autumn_spring": ("2024-03-31", "2025-04-20"),
    "term": ("2024-12-31", "2025-04-20"), "annual": ("2024-12-31", "2025-12-31"),
}  # fmt: skip


@pytest.fixture
def marts(warehouse: Warehouse, tmp_path: Path) -> Path:
    """A share and a rate on every basis, of which the share of the newer year is of four children, with its public rows."""
    measures = {}
    for place, basis in enumerate(BASES):
        share, rate = f"share_{basis}", f"rate_{basis}"
        said: dict[str, Any] = {"headline_basis": basis, "population": "care_ended"}
        warehouse.add_indicator(share, kind="percentage", unit="%", position=f"SC{place}", **said)
        warehouse.add_indicator(rate, position=f"SC{place}b", **said)
        older, newer = ENDS.get(basis, ("2024-03-31", "2025-03-31"))
        begins = [{"period_start": date(int(end[:4]), 1, 1)} for end in (older, newer)]
        began, begins = begins if basis == "annual" else ({}, {})
        warehouse.add_figure(share, older, 70, denominator=900, value=70 / 9, **began)
        warehouse.add_figure(share, newer, 4, denominator=800, value=0.5, **begins)
        warehouse.add_figure(rate, older, 2500, denominator=93851, value=266.379, **began)
        warehouse.add_figure(rate, newer, **begins)
        measures[share] = Measures(f"event of {basis}", f"record of {basis}")
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(path, Identities(measures))
    return path


@pytest.fixture
def folder(marts: Path, tmp_path: Path) -> Path:
    """The folder of data beside the public pages."""
    pages = tmp_path / "public"
    pages.mkdir()
    assert set(write_open_data(marts, pages)) == set((pages / "data").iterdir())
    return pages / "data"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _files(folder: Path) -> list[Path]:
    return [path.with_name(path.name.replace(".meta", "")) for path in sorted(folder.glob("*.meta.csv"))]  # fmt: skip


def test_every_file_keeps_the_rules_for_explore_education_statistics(folder: Path) -> None:
    assert len(_files(folder)) == 7
    for path in _files(folder):
        rows, meta = _rows(path), _rows(path.with_suffix(".meta.csv"))
        assert re.fullmatch(r"[a-z0-9_]+\.csv", path.name)
        columns = list(rows[0])
        assert list(meta[0]) == META
        assert set(columns) >= REQUIRED | OF_AUTHORITIES
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in columns)
        described = [row["col_name"] for row in meta]
        assert sorted(described) == sorted(set(columns) - REQUIRED - OF_AUTHORITIES)
        _check_time({(row["time_identifier"], row["time_period"]) for row in rows})
        amounts = [row["col_name"] for row in meta if row["col_type"] == "Indicator"]
        filters = [row["col_name"] for row in meta if row["col_type"] == "Filter"]
        assert len({row["label"] for row in meta}) == len(meta)
        for row in rows:
            assert row["geographic_level"] == "Local authority"
            assert all(row.values())
            assert all(cell == cell.strip() for cell in row.values())
            for name in amounts:
                assert row[name] in SYMBOLS or re.fullmatch(r"-?\d+(\.\d+)?", row[name])
        keys = [tuple(row[name] for name in columns if name not in amounts) for row in rows]
        assert len(set(keys)) == len(keys)
        assert all(len({row[name] for row in rows}) > 1 for name in filters)


def _check_time(found: set[tuple[str, str]]) -> None:
    identifiers = {identifier for identifier, _ in found}
    assert len(identifiers) == 1 or any(identifiers <= alike for alike in ALIKE)
    for identifier, period in found:
        if identifier in FOUR_DIGITS:
            assert re.fullmatch(r"\d{4}", period)
        else:
            assert identifier in SIX_DIGITS
            assert (int(period[:4]) + 1) % 100 == int(period[4:])


def test_data_package_is_valid_and_describes_every_column(folder: Path) -> None:
    with system.use_context(trusted=True):
        package = Package(str(folder / "datapackage.json"))
        report = package.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
    assert {f"{one.name}.csv" for one in package.resources} == {
        path.name for path in folder.glob("*.csv") if ".meta" not in path.name
    }
    for resource in package.resources:
        assert all(field.description for field in resource.schema.fields)
    assert "Draft, not for publication" in package.description


def test_dictionary_is_described_as_csv_on_the_web(folder: Path) -> None:
    described = json.loads((folder / "indicators.csv-metadata.json").read_text())
    [*_, first] = _rows(folder / described["url"])
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    columns = described["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == list(first)
    assert all(column["dc:description"] for column in columns)


def test_file_that_nobody_has_released_is_called_a_draft(folder: Path) -> None:
    assert {path.name.partition("_")[0] for path in _files(folder)} == {"draft"}


def test_figures_are_those_of_the_public_rows_and_a_withheld_one_is_c(
    folder: Path, marts: Path
) -> None:
    with duckdb.connect(str(marts), read_only=True) as connection:
        public = connection.execute(
            "select title, period_end, numerator, denominator, value, status from marts.rpt_figures"
            " inner join marts.dim_indicators using (indicator_id) where edition = 'public' order by all"
        ).fetchall()
    shown = [row for path in _files(folder) for row in _rows(path)]
    assert len(shown) == len(public)
    for title, end, *amounts, status in public:
        [row] = [one for one in shown if one["indicator"] == title and _is_of(one, end.year)]
        for name, amount in zip(("numerator", "denominator", "figure"), amounts, strict=True):
            assert row[name] == ({"suppressed": "c"}.get(status, "x") if amount is None else f"{amount:g}")  # fmt: skip
    withheld = [row for row in shown if row["figure"] == "c"]
    assert {row["numerator"] for row in withheld} == {"c"}
    assert len(withheld) == len(BASES)


def _is_of(row: dict[str, str], year: int) -> bool:
    """Whether a row is of the period that ends in a year."""
    first, identifier = int(row["time_period"][:4]), row["time_identifier"]
    if len(row["time_period"]) == 4 or identifier == "Autumn term":
        return first == year
    return first + 1 == year


def test_yearly_figures_are_under_the_year_that_their_days_say(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for place, (name, (firsts, lasts, *_)) in enumerate(YEARLY.items()):
        said: dict[str, Any] = {"headline_basis": "annual", "population": "care_ended"}
        warehouse.add_indicator(name, position=f"SC{place}", title=name, **said)
        for first, last in zip(firsts, lasts, strict=True):
            start = {"period_start": date.fromisoformat(first)}
            warehouse.add_figure(name, last, 2500, denominator=93851, value=266.379, **start)
    path = warehouse.write(tmp_path / "warehouse.duckdb")
    write_public_edition(path, Identities())
    (tmp_path / "public").mkdir()
    write_open_data(path, tmp_path / "public")
    files = _files(tmp_path / "public" / "data")
    shown = {
        (row["indicator"], path.stem.removeprefix("draft_"), row["time_identifier"])
        for path in files
        for row in _rows(path)
    }
    assert shown == {(name, *told) for name, (_, _, *told) in YEARLY.items()}
    [financial] = [path for path in files if "financial" in path.name]
    assert {row["indicator"]: row["period_covered"] for row in _rows(financial)} == {
        "financial": "Financial year",
        "pooled": "Three financial years together, of which this is the last",
    }
