"""`make serve`: Dagster's web pages and daemon for a data folder, on the loopback interface only."""

from __future__ import annotations

import os
import sys

import dagster as dg

from orchestration.dagster.job import dagster_home
from orchestration.dagster.killed import settle_killed_runs
from orchestration.settings import PRIVATE_UMASK, data_folder

LOOPBACK, PORT = "127.0.0.1", "3000"


def main() -> None:
    """Become `dagster dev`: whoever ends this process ends Dagster's, too."""
    os.umask(PRIVATE_UMASK)
    folder = data_folder(None)
    folder.create()
    os.environ.update(
        DAGSTER_HOME=str(dagster_home(folder)),
        DAGSTER_DISABLE_TELEMETRY="1",
        CYPP_DATA_DIR=str(folder.root),
    )
    with dg.DagsterInstance.get() as instance:
        settle_killed_runs(instance, folder)
    command = [
        sys.executable, "-m", "dagster", "dev", "--host", LOOPBACK,
        "--port", os.environ.get("CYPP_PORT", PORT), "--module-name", "orchestration.definitions",
    ]  # fmt: skip
    os.execv(command[0], command)  # noqa: S606 -- our own interpreter, no shell


if __name__ == "__main__":
    main()
