"""A reader that looks at the published tables again and again until it is told to stop.

Run as `python -m tests.faults.reader DATA STOP PAUSE`; prints what it saw as JSON when the file STOP is there.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from orchestration.warehouse.publish import OF_MANY_RUNS


def read_warehouse(warehouse: Path) -> set[str]:
    """The run ids of all tables, through one connection."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        found = (
            connection.execute(f"select distinct run_id from marts.{name}").fetchall()
            for (name,) in names
            if name not in OF_MANY_RUNS
        )
        return {run_id for rows in found for (run_id,) in rows}


def read_parquet(link: Path) -> set[str]:
    """The run ids that the files of the Parquet surface carry, of the folder that the link points to now."""
    folder = link.resolve(strict=True)
    return {
        (pq.read_metadata(path).metadata or {})[b"run_id"].decode()
        for path in sorted(folder.rglob("*.parquet"))
    }


def main() -> None:
    """Read until told to stop; an error ends nothing, it is counted."""
    data, stop, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    seen: dict[str, list[list[str]]] = {"warehouse": [], "parquet": []}
    errors: list[str] = []
    reads = 0
    while not stop.exists():
        reads += 1
        time.sleep(pause)
        for name, read, place in (
            ("warehouse", read_warehouse, data / "warehouse" / "warehouse.duckdb"),
            ("parquet", read_parquet, data / "warehouse" / "parquet"),
        ):
            try:
                run_ids = sorted(read(place))
            except Exception as error:  # noqa: BLE001 -- a reader in the field would fail with it
                errors.append(f"{name}: {type(error).__name__}: {error}")
                continue
            if run_ids not in seen[name]:
                seen[name].append(run_ids)
    sys.stdout.write(json.dumps({"reads": reads, "errors": errors, **seen}))


if __name__ == "__main__":
    main()
