"""The dbt project built once on a data folder without a single extract, for all tests and their processes.

One dbt start-up serves them: the calendar, the shipped population, the compiled models, and the statements by which
dbt made each relation (`nights.py` runs those on data). What a test expects is not this module's concern.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from filelock import FileLock

from expectations.contract import sources
from orchestration.intake.landing import Landing
from orchestration.intake.submissions import take_in, write_empty_tables
from orchestration.ledger.ledger import Ledger
from orchestration.registry.indicators import load_indicators
from orchestration.settings import DBT_FOLDER, DEFAULT_HOME_AREA, DataFolder, Settings
from orchestration.warehouse.inputs import Knowledge, Run, write_inputs
from orchestration.warehouse.schemas import input_schema
from tests.dbt_compile import PARTIAL_PARSE, TELEMETRY_OFF

# Where the processes of a test run share what is made once; `conftest.py` names it.
SHARED = "CYPP_TESTS_SHARED"


class ProjectNotBuilt(Exception):
    """dbt failed; the message is the end of what it said."""


@dataclass(frozen=True)
class Build:
    """The databases of a build, and what dbt compiled and ran for it."""

    data: Path
    target: Path

    @property
    def layers(self) -> Path:
        """The private file of the layers before the marts."""
        return DataFolder(self.data).layers_file

    @property
    def marts(self) -> Path:
        """The file of the marts alone."""
        return DataFolder(self.data).building_file

    @property
    def compiled(self) -> Path:
        """The models as dbt compiled them."""
        return self.target / "compiled" / "cypp" / "models"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project."""
        return json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    def sql(self, model: str) -> str:
        """The compiled text of a model."""
        [path] = self.compiled.rglob(f"{model}.sql")
        return path.read_text(encoding="utf-8")

    def in_order(self) -> list[dict[str, Any]]:
        """The seeds and models, each after those that it reads."""
        nodes = {
            name: node
            for name, node in self.manifest["nodes"].items()
            if node["resource_type"] in ("seed", "model")
        }
        graph = {
            name: [read for read in self.manifest["parent_map"][name] if read in nodes]
            for name, node in nodes.items()
        }
        return [nodes[name] for name in TopologicalSorter(graph).static_order()]

    def statement(self, node: dict[str, Any]) -> str:
        """What dbt ran to make a model's relation, under its own name."""
        path = self.target / "run" / "cypp" / node["original_file_path"]
        return path.read_text(encoding="utf-8").replace("__dbt_tmp", "")


def _write_inputs(folder: DataFolder) -> None:
    folder.create()
    ledger = Ledger(folder.ledger)
    # Of the figures that ship with the project benchmarks would only cost time.
    take_in(folder, Settings(), ledger, Landing((), (), (), ""), "population", lambda *_: None)
    for source in sources():
        write_empty_tables(folder, ledger, source)
    run = Run(
        run_id="empty",
        as_at=date(2025, 3, 31),
        received_by=None,
        started_at=datetime(2025, 4, 1, tzinfo=UTC),
        code_version="test",
        home_area=DEFAULT_HOME_AREA,
        records_first_reported=False,
    )
    none = (input_schema(name).empty_table() for name in ("first_reported", "vintages"))
    known = Knowledge(run, [DEFAULT_HOME_AREA], load_indicators(), *none, checks=[])
    write_inputs(folder, ledger, known)


def run_dbt(data: Path, target: Path, *arguments: str) -> str:
    """Run a command of dbt on a data folder, as the job does; what it said."""
    target.mkdir(parents=True)
    shutil.copyfile(DBT_FOLDER / "target" / PARTIAL_PARSE, target / PARTIAL_PARSE)
    command = [
        sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--log-level-file", "none",
        "--no-version-check", *arguments, "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
        "--target", "nightly", "--target-path", str(target), "--log-path", str(target / "logs"),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=data, env={**os.environ, **TELEMETRY_OFF, "CYPP_DATA_DIR": str(data)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def build(folder: Path) -> None:
    """Build into a new folder; what came of it is for `load`."""
    folder.mkdir(parents=True)
    data = folder / "data"
    _write_inputs(DataFolder(data))
    kinds = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    said = run_dbt(data, folder / "target", "build", *kinds)
    (folder / "output.txt").write_text(said, encoding="utf-8")


def load(folder: Path) -> Build:
    """The build in a folder; raises ProjectNotBuilt when a model failed or nothing ran at all."""
    results_file = folder / "target" / "run_results.json"
    results = json.loads(results_file.read_text())["results"] if results_file.exists() else []
    if not results or {result["status"] for result in results} - {"success", "no-op"}:
        raise ProjectNotBuilt((folder / "output.txt").read_text(encoding="utf-8")[-3000:])
    return Build(folder / "data", folder / "target")


def shared_build() -> Build:
    """The build of this test run; whoever comes first makes it."""
    folder = Path(os.environ[SHARED]) / "empty_project"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            build(folder)
    return load(folder)
