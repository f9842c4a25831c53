"""The dbt unit tests: which there are, and what became of each when dbt ran them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from orchestration.settings import DBT_FOLDER
from tests.empty_project import Build, ProjectNotBuilt, run_dbt

MODELS_FOLDER = DBT_FOLDER / "models"
# dbt's name of its result
PASSED = "pass"


@dataclass(frozen=True)
class UnitTest:
    """A unit test as its YAML file names it."""

    name: str
    model: str
    path: Path

    def __str__(self) -> str:
        return f"{self.model}::{self.name}"


@dataclass(frozen=True)
class Outcomes:
    """What dbt ran, and by the name of each unit test its status and dbt's message."""

    ran: Path
    by_name: dict[str, tuple[str, str]]


@cache
def unit_tests() -> tuple[UnitTest, ...]:
    """Every dbt unit test of the project, read from the files that hold them."""
    return tuple(
        UnitTest(test["name"], test["model"], path)
        for path in sorted(MODELS_FOLDER.rglob("*.yml"))
        # Ten times as fast as `safe_load`: each process reads all models' files before its first test.
        for test in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("unit_tests", [])
    )


def run_unit_tests(project: Build, folder: Path) -> Outcomes:
    """Run them on a copy of the build, whose relations they stand in for."""
    data, target = folder / "data", folder / "target"
    shutil.copytree(project.data, data, symlinks=True)
    said = run_dbt(data, target, "test", "--select", "test_type:unit")
    results_file = target / "run_results.json"
    if not results_file.exists():
        raise ProjectNotBuilt(said[-3000:])
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    return Outcomes(
        target / "run",
        {
            result["unique_id"].rsplit(".", 1)[-1]: (str(result["status"]), str(result["message"] or ""))
            for result in results
        },
    )  # fmt: skip
