"""`make serve`, and Dagster's runs in PostgreSQL: real processes on free ports of this machine."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.dagster.history import prune_history
from orchestration.dagster.job import INSTANCE_CONFIG
from orchestration.dagster.token import COOKIE, TOKEN_FILE
from orchestration.definitions import defs
from orchestration.settings import PROJECT_FOLDER, DataFolder
from tests.commands import environment
from tests.postgresql import free_port, server

pytestmark = pytest.mark.faults
SECONDS = 240
STOP = 'mutation { startSchedule(scheduleSelector: {repositoryLocationName: "orchestration.definitions", repositoryName: "__repository__", scheduleName: "every_night"}) { __typename } }'
SCHEDULES = '{ schedulesOrError(repositorySelector: {repositoryLocationName: "orchestration.definitions", repositoryName: "__repository__"}) { ... on Schedules { results { name scheduleState { status } } } } }'
DAEMON = '{ instance { daemonHealth { daemonStatus(daemonType: "SCHEDULER") { healthy } } } }'


# ---------------------------------------------------------------- pages and daemon


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The port of `make serve` on an empty data folder, and the token of its pages."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.dagster.serve"], cwd=PROJECT_FOLDER,
        env={**environment(), "CYPP_DATA_DIR": str(tmp_path / "data"), "CYPP_PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(lambda: _status(port, "localhost") == 401)
        yield port, (tmp_path / "data" / "restricted" / TOKEN_FILE).read_text().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
    assert process.returncode == 0


def _wait(is_done: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(1)


def _status(port: int, host: str, token: str = "") -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        told = {"Host": f"{host}:{port}", "Authorization": f"Bearer {token}"}
        connection.request("GET", "/server_info", headers=told)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _ask(served: tuple[int, str], query: str) -> dict[str, Any]:
    port, token = served
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    told = {"Content-Type": "application/json", "Cookie": f"{COOKIE}={token}"}
    connection.request("POST", "/graphql", json.dumps({"query": query}), told)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["data"]


def test_pages_change_nothing_answer_to_their_own_names_only_and_a_daemon_stands_beside(
    served: tuple[int, str],
) -> None:
    port, token = served
    hosts = ("127.0.0.1", "elsewhere.example")
    assert [_status(port, host, token) for host in hosts] == [200, 400]
    assert _status(port, "127.0.0.1", "another") == 401
    assert _ask(served, STOP)["startSchedule"]["__typename"] == "UnauthorizedError"
    [schedule] = _ask(served, SCHEDULES)["schedulesOrError"]["results"]
    assert schedule == {"name": "every_night", "scheduleState": {"status": "RUNNING"}}
    _wait(lambda: _ask(served, DAEMON)["instance"]["daemonHealth"]["daemonStatus"]["healthy"])
    with pytest.raises(OSError), socket.create_connection((_other_address(), port), timeout=5):
        pass


def _other_address() -> str:
    """An address of this machine that is not the one it serves on."""
    return "127.0.0.2"


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
def storage() -> Iterator[str]:
    """The address of a cluster of the test's own."""
    with server() as one:
        yield one.address()


def _shipped_storage() -> str:
    """The lines of the shipped `dagster.yaml` that an operator takes the mark away from."""
    lines = INSTANCE_CONFIG.read_text().splitlines()
    first = lines.index("# storage:")
    return "\n".join(line.removeprefix("# ") for line in lines[first : first + 3])


def test_runs_are_kept_in_postgresql_by_the_lines_of_the_shipped_file(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CYPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CYPP_DAGSTER_STORAGE", storage)
    DataFolder(tmp_path / "data").create()
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(f"{INSTANCE_CONFIG.read_text()}\n{_shipped_storage()}\n")
    job = defs.resolve_implicit_global_asset_job_def()

    with dg.DagsterInstance.from_config(str(home)) as instance:
        done = [
            job.execute_in_process(asset_selection=[dg.AssetKey("landing")], instance=instance)
            for _ in range(2)
        ]
        before = [run.run_id for run in instance.get_runs()]
        forgotten = prune_history(instance, kept_runs=1)
    with dg.DagsterInstance.from_config(str(home)) as again:
        after = [run.run_id for run in again.get_runs()]
        events = again.all_logs(after[0])

    assert before == [result.run_id for result in reversed(done)]
    assert (forgotten, after) == (1, before[:1])
    assert any(event.is_dagster_event for event in events)
    assert list(home.rglob("*.db")) == []
