"""dbt in a process of its own: loads, parses and plans at once, builds when it is told to, ends with its run.

A run that is killed must not leave a dbt behind that writes beside the next run. What happens is said as one
JSON object per line, without dbt's own messages where these could hold a value of a record. `dbt.py` starts it.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
from typing import Any

from orchestration.loading import hold_search

SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)
# 'Conversion Error: Could not convert string ...': the kind says what went wrong, the rest may quote a row.
KIND_OF_ERROR = re.compile(r"\b(?:Not implemented|[A-Z]\w+) Error\b")
# Errors about the code, found before any row is read, and what a test found: safe to show.
ABOUT_CODE = ("Compilation Error", "Parsing Error", "Got ")


def safe_message(message: str) -> str:
    """dbt's message without what it may quote from a row."""
    text = " ".join(message.split())
    if text.startswith(ABOUT_CODE):
        return text
    return ", ".join(dict.fromkeys(KIND_OF_ERROR.findall(text))) or "failed"


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _on_event(event: Any) -> None:
    name = event.info.name
    if name == "ConcurrencyLine":
        # All is planned and no database is open yet: wait here until what is to be built from is there.
        if not sys.stdin.readline():
            os._exit(1)
    elif name == "LogStartLine":
        _say(started=event.data.index, total=event.data.total)
    elif name == "NodeFinished":
        result = event.data.run_result
        _say(
            node=event.data.node_info.unique_id, status=result.status, seconds=result.execution_time,
            failures=result.num_failures, message=safe_message(result.message),
        )  # fmt: skip


def main() -> None:
    """Build with this process's arguments, once a line arrives on standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    hold_search()
    from dbt.cli.main import dbtRunner

    quietly = [
        "--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-version-check",
    ]  # fmt: skip
    build = ["build", *sys.argv[1:], "--exclude-resource-type", "unit_test"]
    done = dbtRunner(callbacks=[_on_event]).invoke([*quietly, *build])
    if done.exception is not None:
        _say(node="dbt", status="error", message=safe_message(str(done.exception)))
    sys.exit(0 if done.success else 1)


if __name__ == "__main__":
    main()
