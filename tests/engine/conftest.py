"""Two runs over the same extracts, one of DuckDB, one of Spark on two executors; what they were found to be, said last."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from orchestration.intake.keys import KEY_FILE
from orchestration.settings import DataFolder
from tests.commands import cypp
from tests.engine.runs import (
    CLUSTER,
    CYPP,
    OTHER_DISK,
    SAID,
    SMALL,
    Built,
    executors_seen,
    write_settings,
)

# Spark is in an environment of its own (`make engine-test`).
collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]


@contextmanager
def _elsewhere(place: Path) -> Generator[None]:
    """A machine far from London, with settings of its own for Spark."""
    (place / OTHER_DISK).mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as machine:
        machine.setenv("TZ", "Pacific/Auckland")
        machine.setenv("SPARK_LOCAL_DIRS", str(place / OTHER_DISK))
        yield


@pytest.fixture(scope="session")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Two areas and three months of the demo, all sources, built by DuckDB."""
    folder = DataFolder(tmp_path_factory.mktemp("duckdb") / "data")
    assert cypp(folder.root, "demo", "--months", "3", "--areas", "2", command=CYPP).status == 0
    shutil.copytree(folder.root, folder.root.parent / "before", symlinks=True)
    with _elsewhere(folder.root.parent):
        return Built(folder, cypp(folder.root, "run", command=CYPP))


@pytest.fixture(scope="session")
def on_spark(on_duckdb: Built) -> Built:
    """The same extracts in a fresh folder, built by Spark."""
    folder = DataFolder(on_duckdb.folder.root.parent / "before")
    folder.restricted.mkdir(mode=0o700, exist_ok=True)
    # The same child has the same key.
    shutil.copy2(on_duckdb.folder.restricted / KEY_FILE, folder.restricted / KEY_FILE)
    write_settings(folder, {"spark.master": CLUSTER, **SMALL})
    with _elsewhere(folder.root.parent), executors_seen() as executors:
        ran = cypp(folder.root, "run", command=CYPP)
    return Built(folder, ran, executors)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say what was compared, after pytest's own summary."""
    if SAID in config.stash:
        print(config.stash[SAID])  # noqa: T201 -- the last line of `make engine-test`
