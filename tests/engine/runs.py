"""A data folder that Spark builds, and which of its executors worked."""

from __future__ import annotations

import os
import re
import sysconfig
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestration.settings import DataFolder
from tests.commands import Ran

# Spark takes a Python without a file for one that runs the examples of its documentation, and ends it.
CYPP = (str(Path(sysconfig.get_path("scripts")) / "cypp"),)
CLUSTER = "local-cluster[2,1,1024]"
# Less of a compiler and of partitions than the millions of rows would want that a cluster is for.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
OTHER_DISK = "other_disk"
SAID = pytest.StashKey[str]()


@dataclass(frozen=True)
class Built:
    """A data folder as a run left it."""

    folder: DataFolder
    ran: Ran
    executors: set[str] = field(default_factory=set)


def write_settings(folder: DataFolder, properties: dict[str, str]) -> None:
    """Make Spark the engine of a data folder."""
    lines = (f'"{name}" = "{value}"' for name, value in properties.items())
    text = "\n".join(('[engine]\nname = "spark"', "[engine.spark]", *lines))
    (folder.root / "settings.toml").write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def executors_seen() -> Generator[set[str]]:
    """The numbers of the executors that worked for more than a second of a processor."""
    seen: set[str] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(1):
            seen.update(_at_work())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        stop.set()
        looking.join()


def _at_work() -> Iterator[str]:
    ticks = os.sysconf("SC_CLK_TCK")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text(encoding="utf-8", errors="replace")
            spent = (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            continue
        found = re.search(r"CoarseGrainedExecutorBackend.*--executor-id\0(\d+)\0", command, re.S)
        if found and (int(spent[11]) + int(spent[12])) / ticks > 1:
            yield found[1]
