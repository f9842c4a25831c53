"""`cypp`, made to die without warning, or to meet a full disk, at a chosen call of a chosen function.

Run as `python -m tests.faults.killed POINT ARGUMENTS...` where POINT is `module:function:moment:n`: at the
nth call, `before` or `after` it the process kills itself, `stop` asks it to end as Ctrl-C does, `full` raises what a full disk raises, and `value` an
error that quotes a child's record, as a library's may; `none` lets it live. The steps run one after the other without Dagster, which only wraps them; `dagster+` before the
point keeps it. `+build=FILE` after the point puts a finished warehouse in place of what the row checks and
dbt would make of the data.
"""

from __future__ import annotations

import errno
import importlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from orchestration.dagster import job
from orchestration.settings import DataFolder
from orchestration.warehouse.publish import OF_MANY_RUNS
from tests import nights

QUOTED_VALUE = "CANARY-IN-AN-ERROR"


def _owner(path: str, name: str) -> tuple[Any, str]:
    owner = importlib.import_module(path)
    *parents, last = name.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    return owner, last


def _arm(point: str) -> None:
    path, name, moment, nth = point.split(":")
    owner, last = _owner(path, name)
    original = getattr(owner, last)
    calls = 0

    def armed(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != int(nth):
            return original(*arguments, **named)
        if moment == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "warehouse")
        if moment == "stop":
            os.kill(os.getpid(), signal.SIGINT)
            return original(*arguments, **named)
        if moment == "value":
            raise ValueError(f"could not convert {QUOTED_VALUE!r}")
        result = original(*arguments, **named) if moment == "after" else None
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, armed)


def _build_from(finished: Path) -> Callable[..., None]:
    """A stand-in for dbt: the finished marts, as if this run had made them."""

    def build(folder: DataFolder) -> None:
        for path in folder.work.glob(f"{folder.building_file.name}*"):
            path.unlink()
        shutil.copyfile(finished, folder.building_file)
        with duckdb.connect(str(folder.building_file)) as connection:
            run = f"read_parquet('{folder.raw / 'run' / 'run.parquet'}')"
            names = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' and not list_contains(?, table_name)",
                [sorted(OF_MANY_RUNS)],
            ).fetchall()
            # dbt makes the restricted rows of the indicators' tables, the disclosure gate the public ones.
            for name in ("rpt_figures", "rpt_committee", "rpt_standards"):
                connection.execute(f"delete from marts.{name} where edition = 'public'")
            for (name,) in names:
                connection.execute(f"update marts.{name} set run_id = (select run_id from {run})")
            connection.execute(
                "insert into marts.dim_runs (run_id, as_at, started_at, code_version, status, is_synthetic)"
                f" select run_id, knowledge_date, started_at, code_version, 'published', is_synthetic from {run}"
            )

    return build


def _replace(owner: ModuleType | type, **functions: Callable[..., Any]) -> None:
    for name, function in functions.items():
        setattr(owner, name, function)


def main() -> None:
    """Arm the point, then run the command line."""
    point, *arguments = sys.argv[1:]
    point, _, finished = point.partition("+build=")
    if finished:
        _replace(nights, build=_build_from(Path(finished)))
    if not point.startswith("dagster+"):
        _replace(job, _executed=nights.executed)
    if point != "none":
        _arm(point.removeprefix("dagster+"))
    from orchestration.cli import main as run_cypp

    sys.argv = ["cypp", *arguments]
    run_cypp()


if __name__ == "__main__":
    main()
