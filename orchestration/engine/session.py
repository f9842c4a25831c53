"""A Spark session in this process, whose files stay in the private folder of a data folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.settings import ConfigurationError, DataFolder, EngineSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROCESS = (sys.executable, "-m", "orchestration.engine.process")
SECONDS_TO_BEGIN = 120
NEEDED = ("pyspark", "dbt.adapters.spark")
MASTER = "spark.master"


def _properties(place: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Spark's properties: those of `settings.toml` first, but for what keeps values of records in place."""
    here = "127.0.0.1"
    usual = {
        MASTER: "local[*]",
        "spark.driver.bindAddress": here,
        "spark.driver.host": here,
        "spark.driver.memory": "3g",
        "spark.ui.enabled": "false",
    }
    if given.get(MASTER, "local").startswith("local"):
        # Spark's own number is meant for a cluster.
        usual["spark.sql.shuffle.partitions"] = "2"
    kept = {
        # A catalogue in memory: Hive's would be a database in the working folder.
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        "spark.local.dir": str(place / "local"),
        # An executor's log may quote what it could not convert.
        "spark.log.level": "OFF",
        "spark.executor.syncLogLevel.enabled": "true",
        "spark.eventLog.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Tables of several versions of a contract, one instant for every day.
        "spark.sql.parquet.mergeSchema": "true",
        "spark.sql.session.timeZone": "UTC",
        # Moments that DuckDB reads as moments: Spark's old form of them does not say that they are UTC.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        # What cannot be cast, or does not fit, stops the build as it does in DuckDB.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
    }
    return {**usual, **given, **kept}


def begin(place: Path, settings: EngineSettings) -> SparkSession:
    """A session with its files in a folder. What Spark and its Java say is not let through: it may quote a row."""
    from pyspark.sql import SparkSession

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    # The machine's own settings of Spark would go before these, and lead rows to another disk or into a log.
    os.environ.pop("SPARK_LOCAL_DIRS", None)
    os.environ["SPARK_CONF_DIR"] = str(place)
    builder = SparkSession.builder
    for name, value in _properties(place, settings.spark).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def refuse_without_session(folder: DataFolder, settings: EngineSettings) -> None:
    """Raises ConfigurationError in a sentence where the engine cannot be had; asked before anything is touched."""
    if settings.name != "spark":
        return
    if not all(map(_is_installed, NEEDED)):
        raise ConfigurationError(
            'settings.toml says [engine] name = "spark", which is not installed: install `cypp[spark]`, or take the line out'
        )
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise ConfigurationError(
            "Spark needs Java 17, and there is none: install `openjdk-17-jre-headless`, or set JAVA_HOME"
        )
    master = settings.spark.get(MASTER, "a session on this machine")
    try:
        begun = subprocess.run(
            (*PROCESS, "probe"), timeout=SECONDS_TO_BEGIN, check=False, capture_output=True,
            env={**os.environ, "CYPP_DATA_DIR": str(folder.root)},
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        begun = None
    if begun != 0:
        raise ConfigurationError(
            f"Spark gives no session ({master}): look at [engine] of settings.toml, and whether its cluster can be reached"
        )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
