"""A dbt project of a few models, run by dbt itself: for what the shipped macros and profile do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = "{name: cypp, version: '1.0', profile: cypp, models: {+materialized: table}}"
RUN = """
import json
from dbt.cli.main import dbtRunner
done = dbtRunner().invoke(["--log-level", "none", "run", "--project-dir", ".", "--profiles-dir", ".", "--target", "nightly"])
print(json.dumps({r.node.name: [str(r.status), r.message] for r in done.result}))
"""


def write_project(folder: Path, files: Mapping[str, str]) -> None:
    """Lay down a project's files, by their paths within it."""
    for name, text in {"dbt_project.yml": PROJECT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def run_project(folder: Path) -> dict[str, tuple[str, str]]:
    """dbt's status and message of every model."""
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: (status, message) for name, (status, message) in found.items()}
