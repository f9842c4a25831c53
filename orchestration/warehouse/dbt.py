"""One dbt invocation per run, as a subprocess: seeds, models and data tests, into private files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_FOLDER, DataFolder

TELEMETRY_OFF = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
PARTIAL_PARSE = "partial_parse.msgpack"


class BuildFailed(Exception):
    """dbt did not build the warehouse; the message names the models or tests that failed."""


@dataclass(frozen=True)
class BuildFiles:
    """The private files of a build: the intermediate layers, and the marts alone."""

    layers: Path
    marts: Path


def _environment(folder: DataFolder, files: BuildFiles) -> dict[str, str]:
    return {
        **os.environ,
        **TELEMETRY_OFF,
        "CYPP_DATA_DIR": str(folder.root),
        "CYPP_BUILD_FILE": str(files.layers),
        "CYPP_MARTS_FILE": str(files.marts),
    }


def _target_folder(folder: DataFolder) -> Path:
    """dbt's working folder of this data folder, begun from the project's parsed state where there is one."""
    target = folder.work / "dbt_target"
    target.mkdir(parents=True, exist_ok=True)
    parsed = DBT_FOLDER / "target" / PARTIAL_PARSE
    if parsed.exists() and not (target / PARTIAL_PARSE).exists():
        shutil.copyfile(parsed, target / PARTIAL_PARSE)
    return target


def _command(folder: DataFolder) -> list[str]:
    return [
        sys.executable, "-m", "orchestration.warehouse.dbt_process", "--log-format", "json", "--no-use-colors",
        "--log-level", "info", "--log-level-file", "none", "--no-version-check", "build",
        "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
        "--target-path", str(_target_folder(folder)), "--log-path", str(folder.work / "dbt_logs"),
        "--exclude-resource-type", "unit_test",
    ]  # fmt: skip


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def _problem(event: dict[str, Any]) -> str | None:
    name, data = event["info"]["name"], event.get("data", {})
    if name in ("RunResultError", "RunResultFailure", "MainEncounteredError", "LogTestResult"):
        if name == "LogTestResult" and data.get("status") not in ("fail", "error"):
            return None
        return str(event["info"]["msg"]).strip()
    return None


def build(folder: DataFolder, files: BuildFiles, progress: Callable[[str, int, int], None]) -> None:
    """Run dbt; raises BuildFailed with dbt's own words when a model or an error-level test fails."""
    problems: list[str] = []
    process = subprocess.Popen(
        _command(folder), env=_environment(folder, files), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 -- asked for with PIPE
    for event in _events(iter(process.stdout.readline, "")):
        data = event.get("data", {})
        if event["info"]["name"] == "LogStartLine":
            progress("Transforming", data.get("index", 0), data.get("total", 0))
        problem = _problem(event)
        if problem:
            problems.append(problem)
    if process.wait() != 0:
        shown = list(dict.fromkeys(problems))[:5]
        raise BuildFailed(
            "dbt failed: " + (" | ".join(shown) or f"exit status {process.returncode}")
        )
