"""`cypp-dbt`: dbt as the nightly job invokes it, so that nothing it says can quote a record.

Dagster's dbt integration starts it in place of `dbt` and reads one JSON event per line from it. DuckDB's messages may
quote a value ('Could not convert string ...'), so only events without such text pass, and of an error only its kind.
It works in the data folder, to which the paths of the profile are relative, and it ends with the process that started
it: a killed run must not leave a dbt behind that writes into the files of the next run.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
from importlib.metadata import version
from typing import Any

from orchestration.settings import data_folder

SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)
# 'Conversion Error: Could not convert string ...': the kind says what went wrong, the rest may quote a row.
KIND_OF_ERROR = re.compile(r"\b(?:Not implemented|[A-Z]\w+) Error\b")
# Errors about the code, found before any row is read, and what a test found: safe to show.
ABOUT_CODE = ("Compilation Error", "Parsing Error", "Got ")
RESULTS = ("LogModelResult", "LogSeedResult", "LogTestResult")
PROBLEMS = ("error", "fail")
QUIETLY = (
    "--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-version-check",
)  # fmt: skip


def safe_message(message: str) -> str:
    """dbt's message without what it may quote from a row."""
    text = " ".join(message.split())
    if text.startswith(ABOUT_CODE):
        return text
    return ", ".join(dict.fromkeys(KIND_OF_ERROR.findall(text))) or "failed"


def _say(info: dict[str, Any], data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"info": info, "data": data}) + "\n")
    sys.stdout.flush()


def complain(node: str, message: str) -> None:
    """Say that a node failed, without what the message may quote from a row."""
    _say({"name": "Problem", "level": "error", "msg": f"{node}: {safe_message(message)}"}, {})


def on_event(event: Any) -> None:
    """Pass an event of dbt on, if it is one of those that hold nothing of a row."""
    name = event.info.name
    if name in RESULTS:
        node, status = event.data.node_info, event.data.node_info.node_status
        _say(
            {
                "name": name, "level": "info", "msg": f"{status} {node.unique_id}",
                "invocation_id": event.info.invocation_id,
            },
            {
                "node_info": {
                    "unique_id": node.unique_id, "node_status": status, "materialized": node.materialized,
                    "node_started_at": node.node_started_at, "node_finished_at": node.node_finished_at,
                },
                "status": event.data.status, "execution_time": event.data.execution_time,
                "num_failures": getattr(event.data, "num_failures", None),
            },
        )  # fmt: skip
    elif name == "NodeFinished" and event.data.run_result.status in PROBLEMS:
        unique_id = event.data.node_info.unique_id
        named = unique_id.split(".")[2] if unique_id.count(".") > 1 else unique_id
        complain(named, event.data.run_result.message)


def end_with_parent() -> None:
    """Have the system kill this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def main() -> None:
    """Run dbt with this process's arguments."""
    if sys.argv[1:] == ["--version"]:
        # Said here: dbt itself would ask the package registry for a newer one.
        sys.stdout.write(f"Core: {version('dbt-core')}\n")
        return
    end_with_parent()
    from dbt.cli.main import dbtRunner

    os.chdir(data_folder(None).root)
    done = dbtRunner(callbacks=[on_event]).invoke([*QUIETLY, *sys.argv[1:]])
    if done.exception is not None:
        complain("dbt", str(done.exception))
    sys.exit(0 if done.success else 1)


if __name__ == "__main__":
    main()
