"""The arithmetic of the warehouse against what DfE published for Barnet, 2016 to 2025.

Counts stand in for the records; the population, its year and the ratio come from the shipped estimates
and the compiled models `hist_grid` and `val_figures`, and are rounded as the printed tables round them
(dbt_project/macros/printed.sql).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import jinja2
import pytest

from orchestration.registry.indicators import Indicator, load_indicators
from orchestration.settings import DBT_FOLDER, DEFAULT_HOME_AREA
from tests.empty_project import Build

PUBLISHED_FILE = Path(__file__).parents[1] / "fixtures" / "published_barnet.csv"
INDICATORS = {indicator.id: indicator for indicator in load_indicators()}


@dataclass(frozen=True)
class Published:
    """One published figure with the counts it came from; a rate has no denominator of its own."""

    year: int
    indicator_id: str
    basis: str
    numerator: float
    denominator: float | None
    printed: Decimal

    def __str__(self) -> str:
        return f"{self.indicator_id}-{self.year}"

    @property
    def period_end(self) -> date:
        return date(self.year, 3, 31)

    @property
    def period_start(self) -> date:
        return date(self.year - 1, 4, 1) if self.basis == "fy" else self.period_end


PRINTED = jinja2.Template(
    (DBT_FOLDER / "macros" / "printed.sql").read_text(encoding="utf-8")
).module


def _printed(value: float, decimals: int) -> Decimal:
    """A value as the printed tables hold it."""
    expression = PRINTED.printed_value("found.value", str(decimals))  # type: ignore[attr-defined]
    row = duckdb.execute(
        f"select {expression} from (select ? as value) as found", [value]
    ).fetchone()
    assert row is not None
    return Decimal(repr(row[0]))


def _published() -> list[Published]:
    with PUBLISHED_FILE.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            Published(
                int(row["year"]), row["indicator_id"], row["basis"], float(row["numerator"]),
                float(row["denominator"]) if row["denominator"] else None, Decimal(row["published"]),
            )
            for row in rows
        ]  # fmt: skip


PUBLISHED = _published()


def _give_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Periods that are all covered, and the counts as one record each."""
    connection.executemany(
        "insert into history.hist_periods (basis, period_start, period_end) values (?, ?, ?)",
        sorted({(figure.basis, figure.period_start, figure.period_end) for figure in PUBLISHED}),
    )
    connection.executemany(
        "insert into history.hist_covered_spans (entity, area_code, span_from, span_to) values (?, ?, ?, ?)",
        [
            (entity, DEFAULT_HOME_AREA, date(2010, 1, 1), date(2025, 12, 31))
            for entity in sorted({indicator.covers for indicator in INDICATORS.values()})
        ],
    )
    connection.executemany(
        "insert into \"values\".val_counted_records (indicator_id, area_code, record_key, child_key,"
        " event_date, counted_on, in_numerator, numerator_amount, denominator_amount, source, run_id)"
        " values ($1, $2, $3, 'all', $4, $4, true, $5, $6, 'published', 'test')",
        [
            (
                figure.indicator_id, DEFAULT_HOME_AREA, f"{figure}", figure.period_end, figure.numerator,
                figure.denominator,
            )
            for figure in PUBLISHED
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(
    project: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the build in which the counts stand, with the grid made anew."""
    copies = tmp_path_factory.mktemp("published")
    layers = Path(shutil.copy(project.layers, copies))
    marts = Path(shutil.copy(project.marts, copies))
    with duckdb.connect(str(layers)) as connection:
        connection.execute(f"attach '{marts}' as warehouse")
        connection.execute(f"set file_search_path = '{project.data}'")
        _give_history(connection)
        connection.execute(f"insert into history.hist_grid by name ({project.sql('hist_grid')})")
        connection.execute(f"create temp table figures as ({project.sql('val_figures')})")
        yield connection


@pytest.mark.parametrize("figure", PUBLISHED, ids=str)
def test_published_figure_comes_out_of_its_counts(
    figure: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    row = warehouse.execute(
        "select value, status, is_provisional from figures"
        " where indicator_id = ? and basis = ? and period_end = ? and breakdown = 'all'",
        [figure.indicator_id, figure.basis, figure.period_end],
    ).fetchone()
    assert row is not None
    value, status, is_provisional = row
    indicator = INDICATORS[figure.indicator_id]
    assert (status, is_provisional) == ("ok", False)
    assert _printed(value, indicator.decimals) == figure.printed


def test_looked_after_rate_of_2024_is_stored_unrounded_and_printed_once_rounded(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    row = warehouse.execute(
        "select numerator, denominator, value from figures where indicator_id = 'cla_rate'"
        " and basis = 'snapshot' and period_end = date '2024-03-31' and breakdown = 'all'"
    ).fetchone()
    assert row == (330, 92958, 330 / 92958 * 10000)
    assert _printed(row[2], 0) == 35


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda indicator: indicator.id)
def test_worked_example_of_the_registry_is_right(indicator: Indicator) -> None:
    example = indicator.example
    value = example.value
    if example.numerator is not None and indicator.kind == "count":
        value = example.numerator
    elif example.numerator is not None and example.denominator and indicator.kind != "gap":
        scale = {"percentage": 100, "rate_per_10k": 10_000}.get(indicator.kind, 1)
        value = example.numerator / example.denominator * scale

    assert float(_printed(value, indicator.decimals)) == example.value
