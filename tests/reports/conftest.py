"""A small published warehouse to render from: tables as the marts declare them, rows as each test needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.empty_project import Build
from tests.reports.printed_tables import fill, printed_tables

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
DECLARED = (*sorted((MODELS / "marts").glob("*.yml")), *sorted((MODELS / "reports").glob("*.yml")))
RUN = "20250401T010203-abcdef"


@cache
def declared() -> tuple[dict[str, Any], ...]:
    """Every model of the marts and reports, as its YAML describes it."""
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in DECLARED)
    return tuple(model for file in files for model in file.get("models", []))


class Warehouse:
    """Rows by table; what a test does not say is what most rows have."""

    def __init__(self, printed: dict[str, str]) -> None:
        self.printed = printed
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.rows["dim_runs"].append(
            {
                "run_id": RUN,
                "as_at": date(2025, 3, 31),
                "started_at": datetime(2025, 4, 1, 1, 2, 3, tzinfo=UTC),
                "code_version": "1.2.3",
                "status": "published",
                "is_synthetic": False,
            }
        )

    def add_area(self, area_code: str, area_name: str, is_home: bool = False) -> None:
        self.rows["dim_areas"].append(
            {
                "area_code": area_code,
                "area_name": area_name,
                "area_type": "la",
                "is_home": is_home,
                "run_id": RUN,
            }
        )

    def add_indicator(self, indicator_id: str, **said: Any) -> None:
        usual = {
            "indicator_id": indicator_id, "position": "SC01", "title": f"Title of {indicator_id}", "caption": f"Caption of {indicator_id}",
            "plan": "2019-23", "section": "Social care", "kind": "rate_per_10k", "headline_basis": "snapshot",
            "good_is": "neutral", "unit": "per 10,000 children", "published_decimals": 1,
            "definition": "What it says.", "numerator_means": "What is counted.",
            "denominator_means": "Of what.", "caveats": "With care.", "data_owner": "Head of data",
            "benchmark_series": "SERIES", "reports": "committee", "definition_from": "Guide (2024), 1",
            "inputs": "annex_a list 3; cin_census", "run_id": RUN,
            "plan_order": len(self.rows["dim_indicators"]) + 1, "is_public": True,
            "is_progress_score": False,
        }  # fmt: skip
        self.rows["dim_indicators"].append(usual | said)

    def add_figure(
        self, indicator_id: str, end: str, numerator: float | None = None, **said: Any
    ) -> None:
        basis = next(
            row["headline_basis"]
            for row in self.rows["dim_indicators"]
            if row["indicator_id"] == indicator_id
        )
        day = date.fromisoformat(end)
        usual = {
            "indicator_id": indicator_id, "area_code": "E09000003", "basis": basis, "period_start": day,
            "period_end": day, "breakdown": "all", "breakdown_value": "all", "numerator": numerator,
            "denominator": None, "value": None, "status": "no_data" if numerator is None else "ok",
            "is_provisional": False, "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_indicator_values"].append(usual | said)

    def add_change(
        self, indicator_id: str, end: str, usual: float, change: str, **said: Any
    ) -> None:
        """What the years before lead one to expect of a figure, and whether it differs."""
        day = date.fromisoformat(end)
        expected = {
            "indicator_id": indicator_id, "area_code": "E09000003", "basis": "snapshot", "period_end": day,
            "n_compared": 2, "compared_from": day.replace(year=day.year - 3), "compared_to": day.replace(year=day.year - 1),
            "usual": usual, "lower_limit": 0.9 * usual, "upper_limit": 1.1 * usual, "change": change, "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_changes"].append(expected | said)

    def add_benchmark(
        self, indicator_id: str, area_name: str, end: str, value: float | None, **said: Any
    ) -> None:
        day = date.fromisoformat(end)
        area_type = {"England": "country", "Statistical neighbours": "statistical_neighbours"}
        usual = {
            "series_id": "SERIES", "indicator_id": indicator_id, "area_name": area_name, "area_code": area_name,
            "area_type": area_type.get(area_name, "region"), "basis": "snapshot", "period_start": day,
            "period_end": day, "value": value, "status": "ok", "source": "Publisher",
        }  # fmt: skip
        self.rows["fct_benchmarks"].append(usual | said)

    def add_reconciliation(
        self, title: str, end: str, first: float, second: float, *, is_within: bool, **said: Any
    ) -> None:
        usual = {
            "reconciliation_id": title, "title": title, "area_code": "E09000003",
            "period_end": date.fromisoformat(end), "first_source": "annex_a", "first_figure": first,
            "second_source": "ssda903", "second_figure": second, "difference": first - second,
            "tolerance": max(3.0, second / 10), "is_within": is_within, "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_reconciliations"].append(usual | said)

    def add_action(self, action_id: str, **said: Any) -> None:
        usual = {
            "action_id": action_id, "outcome_id": int(action_id[0]), "outcome": "An outcome",
            "priority_id": action_id.rpartition(".")[0], "priority": "A priority", "action": "Do something",
            "lead_agencies": "An agency", "related_indicators": None, "is_in_spotlight": action_id[0] == "1", "run_id": RUN,
        }  # fmt: skip
        self.rows["dim_actions"].append(usual | said)

    def add_update(self, action_id: str, as_at: str, **said: Any) -> None:
        usual = {
            "action_id": action_id, "area_code": "E09000003", "as_at": date.fromisoformat(as_at),
            "status": "in_progress", "rag": "GREEN", "supplied_by": "An agency", "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_delivery_actions"].append(usual | said)

    def add_target(self, indicator_id: str, target: float, **said: Any) -> None:
        usual = {
            "indicator_id": indicator_id, "area_code": "E09000003", "valid_from": date(2019, 4, 1),
            "target": target, "near_within": 5, "polarity": "high", "origin": "local",
            "agreed_by": "A committee", "agreed_on": date(2019, 4, 1), "run_id": RUN,
        }  # fmt: skip
        self.rows["dim_targets"].append(usual | said)

    def add_cohort(
        self, cohort: str, end: str, step: str, within_months: int, reached: int | None, **said: Any
    ) -> None:
        """Of forty who began in the month, how many reached a step."""
        known = reached is not None
        usual = {
            "area_code": "E09000003", "cohort": cohort, "month_end": date.fromisoformat(end), "step": step,
            "step_order": len({row["step"] for row in self.rows["fct_cohorts"]} | {step}), "within_months": within_months,
            "numerator": reached, "denominator": 40 if known else None, "share": 2.5 * reached if known else None,
            "status": "ok" if known else "insufficient_history", "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_cohorts"].append(usual | said)

    def add_comment(self, indicator_id: str, as_at: str, comment: str, **said: Any) -> None:
        usual = {
            "indicator_id": indicator_id, "area_code": "E09000003", "as_at": date.fromisoformat(as_at),
            "comment": comment, "supplied_by": "Head of data", "run_id": RUN,
        }  # fmt: skip
        self.rows["fct_indicator_comments"].append(usual | said)

    def write(self, path: Path) -> Path:
        """The database file, with every column that the marts declare."""
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts")
            for model in declared():
                columns = [f"{column['name']} {column['data_type']}" for column in model["columns"]]
                connection.execute(f"create table marts.{model['name']} ({', '.join(columns)})")
                for row in self.rows[model["name"]]:
                    places = ", ".join("?" for _ in row)
                    connection.execute(
                        f"insert into marts.{model['name']} ({', '.join(row)}) values ({places})",
                        [*row.values()],
                    )
            fill(connection, self.printed)
        return path


@pytest.fixture(scope="session")
def printed(project: Build) -> dict[str, str]:
    """The printed tables' SQL."""
    return printed_tables(project.compiled)


@pytest.fixture
def warehouse(printed: dict[str, str]) -> Warehouse:
    """One authority and nothing else."""
    made = Warehouse(printed)
    made.add_area("E09000003", "Barnet", is_home=True)
    return made


@pytest.fixture
def render(tmp_path: Path) -> Callable[..., str]:
    """The page of a warehouse, as text."""
    from orchestration.reports.content.committee import committee_content, write_page

    def _render(warehouse: Warehouse, edition: str = "restricted") -> str:
        target = tmp_path / "index.html"
        marts = warehouse.write(tmp_path / "warehouse.duckdb")
        write_page(committee_content(marts, edition), target)
        return target.read_text(encoding="utf-8")

    return _render
