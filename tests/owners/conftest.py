"""A small published warehouse with issues, in a data folder of its own."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from orchestration.ledger.ledger import Ledger
from orchestration.settings import DBT_FOLDER, DataFolder

AREA, OWNER = "E09000003", "Head of children's performance and data"
AS_AT = date(2025, 4, 10)
FILES = (
    "marts.yml",
    "quality.yml",
    "anomalies.yml",
    "managers_lists.yml",
    "links.yml",
    "newest.yml",
)


@cache
def _models() -> tuple[dict[str, Any], ...]:
    files = (DBT_FOLDER / "models" / "marts" / name for name in FILES)
    return tuple(model for file in files for model in yaml.safe_load(file.read_text())["models"])


class Published:
    """Rows by table; what a test does not say is what most issues have."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.folder.create()
        Ledger(self.folder.ledger).set_fact("key_check", "of a test")
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.rows["dim_runs"].append(
            {"run_id": "r1", "as_at": AS_AT, "code_version": "1", "is_synthetic": True}
        )
        self.rows["dim_areas"].append({"area_code": AREA, "area_name": "Barnet", "is_home": True})
        for day in (date(2025, 2, 28), date(2025, 3, 31)):
            self.rows["fct_submissions"].append(
                {
                    "run_id": "r1",
                    "area_code": AREA,
                    "source": "annex_a",
                    "as_at_date": day,
                    "status": "accepted",
                }
            )
            self.rows["fct_dq_results"].append(
                {"area_code": AREA, "source": "annex_a", "as_at_date": day, "table_name": "list_3",
                 "check_id": "annex_a.list_3.structure", "severity": "error", "rows_checked": 1000, "passed": True}
            )  # fmt: skip

    def add_issue(self, key: str, **said: Any) -> None:
        usual = {
            "issue_key": key, "case_key": f"case {key}", "check_id": "annex_a.list_3.before_1990.referral_date",
            "rule_code": "before_1990", "severity": "warn", "source": "annex_a", "table_name": "list_3",
            "area_code": AREA, "child_key": f"key {key}", "field": "referral_date", "source_row": 7,
            "is_quarantined": False, "message": "Wrong. Do right.", "owner": OWNER,
            "first_seen": date(2025, 2, 28), "last_seen": date(2025, 3, 31), "times_seen": 2,
            "times_reopened": 0, "status": "open", "due_date": date(2025, 5, 9), "run_id": "r1",
        }  # fmt: skip
        self.rows["fct_dq_issues"].append(usual | said)

    def add_figure(
        self,
        position: str,
        population: str,
        kind: str,
        counts: tuple[float, float],
        table: str = "list_3",
    ) -> None:
        """A figure of the plan that a table of Annex A is counted for: its newest numerator and denominator."""
        name = f"of {position}"
        numerator, denominator = counts
        self.rows["dim_indicators"].append({
            "indicator_id": name, "position": position, "population": population, "kind": kind,
            "unit": "%" if kind == "percentage" else "per 10,000 children",
        })  # fmt: skip
        self.rows["dim_indicator_tables"].append({
            "indicator_id": name, "reader": f"pop_{population}", "source": "annex_a", "table_name": table
        })  # fmt: skip
        self.rows["fct_newest_figures"].append({
            "indicator_id": name, "area_code": AREA, "last_numerator": numerator, "last_denominator": denominator
        })  # fmt: skip

    def write(self) -> DataFolder:
        """The warehouse file, with every column that the marts declare."""
        self.folder.warehouse_file.unlink(missing_ok=True)
        with duckdb.connect(str(self.folder.warehouse_file)) as connection:
            connection.execute("create schema marts")
            for model in _models():
                columns = {c["name"]: c.get("data_type", "varchar") for c in model["columns"]}
                declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                connection.execute(f"create table marts.{model['name']} ({declared})")
                for row in self.rows[model["name"]]:
                    marks = ", ".join("?" for _ in row)
                    connection.execute(
                        f"insert into marts.{model['name']} ({', '.join(row)}) values ({marks})",
                        [*row.values()],
                    )
        identifiers = self.folder.identifiers / "annex_a"
        identifiers.mkdir(parents=True, exist_ok=True)
        about_children = self.rows["fct_dq_issues"] + self.rows["fct_managers_lists"]
        keys = sorted({row["child_key"] for row in about_children if row["child_key"]})
        frame = {"kind": "child_id", "key": keys, "identifier": [f"SYN{key}" for key in keys]}
        pd.DataFrame(frame, columns=["kind", "key", "identifier"]).to_parquet(
            identifiers / "s.parquet"
        )
        return self.folder


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)
