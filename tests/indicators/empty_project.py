"""The dbt project built on a data folder without a single extract, its unit tests included.

One dbt start-up serves every test of this folder: the unit tests need the relations that they stand in
for, and the calendar, the shipped population and the compiled models are read from the same build. What
a test expects is not this module's concern.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from expectations.contract import sources
from orchestration.checks.rows import write_empty_results
from orchestration.intake.extract import SubmissionFiles
from orchestration.intake.ledger import Ledger
from orchestration.intake.places import raw_folder, submission_id_of
from orchestration.intake.submissions import (
    SHIPPED,
    SHIPPED_AS_AT,
    shipped_reference,
    write_empty_tables,
)
from orchestration.registry.indicators import load_indicators
from orchestration.settings import DBT_FOLDER, DEFAULT_HOME_AREA, DataFolder
from orchestration.warehouse.inputs import Knowledge, Run, write_inputs
from orchestration.warehouse.schemas import input_schema
from tests.dbt_compile import TELEMETRY_OFF
from tests.reading import extract

MODELS_FOLDER = DBT_FOLDER / "models"
# dbt's names of its results
PASSED = "pass"


class ProjectNotBuilt(Exception):
    """dbt ended before it ran anything; the message is the end of what it said."""


@dataclass(frozen=True)
class UnitTest:
    """A unit test as its YAML file names it."""

    name: str
    model: str
    path: Path

    def __str__(self) -> str:
        return f"{self.model}::{self.name}"


@dataclass(frozen=True)
class Build:
    """The databases and the compiled models of a build, and what became of each unit test."""

    data: Path
    layers: Path
    marts: Path
    compiled: Path
    outcomes: dict[str, tuple[str, str]]
    """Name of the unit test -> status and dbt's message."""

    def sql(self, model: str) -> str:
        """The compiled text of a model."""
        found = self.compiled.glob(f"cypp/models/**/{model}.sql")
        # What a unit test made of a model lies in a folder named after its YAML.
        [path] = [path for path in found if ".yml" not in str(path)]
        return path.read_text(encoding="utf-8")


@cache
def unit_tests() -> tuple[UnitTest, ...]:
    """Every dbt unit test of the project, read from the files that hold them."""
    return tuple(
        UnitTest(test["name"], test["model"], path)
        for path in sorted(MODELS_FOLDER.rglob("*.yml"))
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", [])
    )


def _take_in_population(folder: DataFolder) -> None:
    """Read the estimates that ship with the project, as a run does; benchmarks would only cost time."""
    [shipped] = (landed for landed in shipped_reference() if landed.source == "population")
    files = SubmissionFiles(
        submission_id=submission_id_of(shipped.area_code, shipped.source, SHIPPED, shipped.version),
        area_code=shipped.area_code,
        source=shipped.source,
        folder_as_at=SHIPPED_AS_AT,
        files=shipped.files,
        look_back_months=6,
        dfe_code=None,
        fingerprint="",
    )
    target = raw_folder(folder, shipped.source, shipped.area_code, SHIPPED, shipped.version)
    extract(files, b"no identifiers here", target, folder.restricted)


def _write_inputs(folder: DataFolder) -> None:
    folder.create()
    ledger = Ledger(folder.ledger)
    ledger.set_fact("key_check", "of a test")
    for source in sources():
        write_empty_tables(folder, source)
    write_empty_results(folder)
    run = Run(
        run_id="empty",
        as_at=date(2025, 3, 31),
        received_by=None,
        started_at=datetime(2025, 4, 1, tzinfo=UTC),
        code_version="test",
        home_area=DEFAULT_HOME_AREA,
        records_first_reported=False,
    )
    none_reported = input_schema("first_reported").empty_table()
    _take_in_population(folder)
    known = Knowledge(run, [DEFAULT_HOME_AREA], load_indicators(), none_reported, checks=[])
    write_inputs(folder, ledger, known)


def _write_profile(folder: Path) -> None:
    """The production profile, but for the layers, which tests look into."""
    profile = yaml.safe_load((DBT_FOLDER / "profiles.yml").read_text(encoding="utf-8"))
    nightly = profile["cypp"]["outputs"]["nightly"]
    nightly["path"] = str(folder / "layers.duckdb")
    nightly["attach"][0]["path"] = str(folder / "marts.duckdb")
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")


def _run_dbt(folder: Path, target: Path) -> None:
    target.mkdir()
    _write_profile(folder)
    command = [
        sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--log-level-file", "none",
        "--no-version-check", "build", "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(folder),
        "--target", "nightly", "--target-path", str(target), "--log-path", str(folder / "logs"), "--exclude-resource-type", "test",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder / "data", env={**os.environ, **TELEMETRY_OFF},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (folder / "output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")


def build(folder: Path) -> None:
    """Build into a new folder; what came of it is for `load`."""
    folder.mkdir(parents=True)
    _write_inputs(DataFolder(folder / "data"))
    _run_dbt(folder, folder / "target")


def _outcome(result: dict[str, Any]) -> tuple[str, str]:
    return str(result["status"]), str(result["message"] or "")


def load(folder: Path) -> Build:
    """The build in a folder; raises ProjectNotBuilt when a model failed or nothing ran at all."""
    results_file = folder / "target" / "run_results.json"
    if not results_file.exists():
        raise ProjectNotBuilt((folder / "output.txt").read_text(encoding="utf-8")[-3000:])
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    for result in results:
        if result["status"] == "error" and not result["unique_id"].startswith("unit_test."):
            raise ProjectNotBuilt(f"{result['unique_id']}: {result['message']}")
    return Build(
        data=folder / "data",
        layers=folder / "layers.duckdb",
        marts=folder / "marts.duckdb",
        compiled=folder / "target" / "compiled",
        outcomes={
            result["unique_id"].rsplit(".", 1)[-1]: _outcome(result)
            for result in results
            if result["unique_id"].startswith("unit_test.")
        },
    )
