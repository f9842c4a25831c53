"""`cypp` as a user starts it: a process on a data folder, with its exit status and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import PROJECT_FOLDER

CYPP = (sys.executable, "-c", "from orchestration.cli import main; main()")
# The same steps one after the other: Dagster wraps them only, and takes seconds.
WITHOUT_DAGSTER = (sys.executable, "-m", "tests.faults.killed", "none")


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """This process's, without what would point elsewhere or colour the output."""
    dropped = {"CYPP_DATA_DIR", "DAGSTER_HOME"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": str(PROJECT_FOLDER)}


def begin(command: tuple[str, ...]) -> subprocess.Popen[str]:
    """Start a command in the project's folder."""
    return subprocess.Popen(
        command, cwd=PROJECT_FOLDER, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> Ran:
    """Wait for a command that was started."""
    out, err = process.communicate(timeout=900)
    return Ran(process.returncode, out, err)


def cypp(data: Path, *arguments: str, command: tuple[str, ...] = CYPP) -> Ran:
    """Run `cypp` on a data folder."""
    return finish(begin((*command, *arguments, "--data-dir", str(data))))


def alerts_into_a_file(data: Path) -> Path:
    """Let a data folder's alerts be added to a file, which is returned."""
    told = data / "told"
    write = f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read())"
    command = json.dumps([sys.executable, "-c", write])
    (data / "settings.toml").write_text(f"[alerts]\ncommand = {command}\n", encoding="utf-8")
    return told
