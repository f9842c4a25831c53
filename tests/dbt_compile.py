"""Models as dbt compiles them, for tests that run the production SQL on rows of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.settings import DBT_FOLDER

PARTIAL_PARSE = "partial_parse.msgpack"
TELEMETRY_OFF = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


def compile_models(target: Path, *selection: str, project: Path = DBT_FOLDER) -> Path:
    """Compile what `--select` and its like name; returns the folder of the models' texts."""
    # dbt connects to compile, and the profile's paths are relative: it gets an empty data folder.
    for folder in ("warehouse", ".work"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    parsed = project / "target" / PARTIAL_PARSE
    if parsed.exists() and not (target / PARTIAL_PARSE).exists():
        shutil.copyfile(parsed, target / PARTIAL_PARSE)
    command = [
        sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "--log-level-file", "none",
        "--no-version-check", "compile", "--project-dir", str(project), "--profiles-dir", str(project),
        "--target", "nightly", "--target-path", str(target), "--log-path", str(target / "logs"), *selection,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=target, env={**os.environ, **TELEMETRY_OFF}, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode != 0:
        raise AssertionError(f"dbt compile failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return target / "compiled" / "cypp" / "models"
