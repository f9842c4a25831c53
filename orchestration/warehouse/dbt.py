"""One dbt invocation per run, as a subprocess: seeds, models and data tests, into private files."""

from __future__ import annotations

import hashlib
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
from orchestration.warehouse.manifest import PARSED_FOLDER

TELEMETRY_OFF = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
PARTIAL_PARSE = "partial_parse.msgpack"
PROBLEMS = ("error", "fail")
PROBLEMS_SHOWN = 5


class BuildFailed(Exception):
    """dbt did not build the warehouse; the message names the models or tests that failed."""


@dataclass(frozen=True)
class FinishedNode:
    """A seed, model or test that dbt has done with: its unique id, dbt's status, seconds, failing rows."""

    unique_id: str
    status: str
    seconds: float
    failures: int
    message: str

    @property
    def problem(self) -> str | None:
        """What to tell the operator; None when all is well."""
        if self.status not in PROBLEMS:
            return None
        name = self.unique_id.split(".")[2] if self.unique_id.count(".") > 1 else self.unique_id
        return f"{name}: {self.message}"


def _target_folder(folder: DataFolder) -> Path:
    """dbt's working folder of this data folder, begun from the project's parsed state where there is one.

    One for each place that the project stands in: what dbt has parsed holds the paths of the seeds.
    """
    place = hashlib.sha256(str(DBT_FOLDER).encode()).hexdigest()[:8]
    target = folder.work / f"dbt_target_{place}"
    target.mkdir(parents=True, exist_ok=True)
    parsed = PARSED_FOLDER / PARTIAL_PARSE
    if parsed.exists() and not (target / PARTIAL_PARSE).exists():
        shutil.copyfile(parsed, target / PARTIAL_PARSE)
    return target


def _command(folder: DataFolder) -> list[str]:
    return [
        sys.executable, "-m", "orchestration.warehouse.dbt_process",
        "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
        "--target-path", str(_target_folder(folder)), "--log-path", str(folder.work / "dbt_logs"),
    ]  # fmt: skip


def _said(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            # A library's warning, printed beside what the process says.
            continue


def _finished(said: dict[str, Any]) -> FinishedNode:
    return FinishedNode(
        said["node"], said["status"], float(said.get("seconds", 0)), int(said.get("failures") or 0),
        said.get("message", ""),
    )  # fmt: skip


class Dbt:
    """dbt for one run. It loads and parses beside the steps before it, which takes it some seconds."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to load and parse."""
        self._process = subprocess.Popen(
            # The profile's paths are relative to the data folder.
            _command(self._folder), cwd=self._folder.root, env={**os.environ, **TELEMETRY_OFF}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def build(self, progress: Callable[[str, int, int], None]) -> Iterator[FinishedNode]:
        """Build everything, node by node.

        Raises BuildFailed, at the end, when a model or an error-level test failed.
        """
        process = self._process
        assert process and process.stdin and process.stdout  # noqa: S101 -- `start` comes first
        process.stdin.write("build\n")
        process.stdin.flush()
        problems: list[str] = []
        for said in _said(iter(process.stdout.readline, "")):
            if "started" in said:
                progress("Transforming", said["started"], said["total"])
                continue
            node = _finished(said)
            problems += [node.problem] if node.problem else []
            yield node
        if process.wait() != 0:
            shown = " | ".join(problems[:PROBLEMS_SHOWN])
            raise BuildFailed(f"dbt failed: {shown or f'exit status {process.returncode}'}")

    def close(self) -> None:
        """End the process if it has not ended by itself."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
