"""`make serve`: Dagster's web pages and daemon for a data folder, on the loopback interface only."""

from __future__ import annotations

import os
import subprocess
import sys

from orchestration.job import dagster_home
from orchestration.settings import data_folder

LOOPBACK, PORT = "127.0.0.1", "3000"


def main() -> int:
    """Run `dagster dev` until it is stopped; returns its exit status."""
    folder = data_folder(None)
    folder.create()
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(folder)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "CYPP_DATA_DIR": str(folder.root),
    }
    command = [
        sys.executable, "-m", "dagster", "dev", "--host", LOOPBACK,
        "--port", os.environ.get("CYPP_PORT", PORT), "--module-name", "orchestration.definitions",
    ]  # fmt: skip
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
