"""What passes between DuckDB and Spark before the one builds and the other loads: seeds as Parquet, and what went wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator

from orchestration.engine.session import PROCESS
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened


def write_seeds(folder: DataFolder) -> None:
    """Write each seed that DuckDB has read as a Parquet file, for `macros/sources.sql`."""
    place = folder.work / "seeds"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    with opened(folder.layers_file) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'seeds'"
        ).fetchall()
        for (name,) in names:
            connection.table(f"seeds.{name}").write_parquet(str(place / f"{name}.parquet"))


def problems_of_build(folder: DataFolder) -> list[str]:
    """Build every model on Spark, in a process of its own; what went wrong there, or nothing."""
    environment = {**os.environ, "CYPP_DATA_DIR": str(folder.root)}
    done = subprocess.run(
        (*PROCESS, "build"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )  # fmt: skip
    if done.returncode == 0:
        return []
    return list(_problems(done.stdout)) or [f"Spark ended with exit status {done.returncode}"]


def _problems(said: bytes) -> Iterator[str]:
    for line in said.decode(errors="replace").splitlines():
        if line.startswith("{"):
            info = json.loads(line)["info"]
            if info["level"] == "error":
                yield str(info["msg"])
