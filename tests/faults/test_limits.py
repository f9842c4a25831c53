"""Whole nights with too little memory, and without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_FOLDER
from tests.commands import CYPP, Ran, begin, cypp, finish
from tests.story import Story, content, run_ids, send_again

pytestmark = pytest.mark.faults

MIB = 1 << 20
# Libraries cannot be loaded, no file may be read, rows cannot be judged: where exactly, depends on the machine.
LIMITS = (700, 2000, 3200)
ENOUGH = 24 << 10


def _limited(data: Path, mebibytes: int, *arguments: str) -> Ran:
    """A command whose processes may each address so much memory."""
    limit = ("prlimit", f"--as={mebibytes * MIB}")
    return finish(begin((*limit, *CYPP, *arguments, "--data-dir", str(data))))


def test_night_without_enough_memory_publishes_nothing_says_so_and_the_next_goes_on(
    story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    warehouse, before = data / "warehouse" / "warehouse.duckdb", content(story.first.warehouse)
    send_again(data / "landing")
    ended = {}
    for limit in LIMITS:
        ran = _limited(data, limit, "run")
        ended[limit] = ran.status
        if ran.status == 0:
            break
        said = [line for line in ran.err.splitlines() if "emory" in line]
        assert (ran.status, len(said), "Traceback" in ran.err) == (1, 1, False), (
            f"{limit}: {ran.err}"
        )
        assert content(warehouse) == before
        assert len(run_ids(warehouse)) == 1
    assert list(ended.values()).count(1) >= 2, ended

    assert _limited(data, ENOUGH, "run", "--force").status == 0
    assert content(warehouse) == content(story.second.warehouse)
    assert cypp(data, "verify").status == 0


# ---------------------------------------------------------------- no network

# In every Python process of the night: whoever asks for the network is written down, and gets none.
BLOCKED = """
import os, socket

def refuse(*asked, **named):
    with open({attempts!r}, "a") as file:
        file.write(repr(asked) + "\\n")
    raise OSError("the network is blocked")

def only_here(original):
    def connect(self, address):
        return original(self, address) if self.family == socket.AF_UNIX else refuse(address)
    return connect

socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = only_here(socket.socket.connect)
socket.socket.connect_ex = only_here(socket.socket.connect_ex)
"""
WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")


def test_night_without_a_network_publishes_and_asks_for_none(story: Story, tmp_path: Path) -> None:
    data, attempts = story.first.copy(tmp_path / "data"), tmp_path / "attempts"
    send_again(data / "landing")
    (tmp_path / "blocking").mkdir()
    (tmp_path / "blocking" / "sitecustomize.py").write_text(BLOCKED.format(attempts=str(attempts)))
    path = f"PYTHONPATH={tmp_path / 'blocking'}:{PROJECT_FOLDER}"
    can_unshare = subprocess.run((*WITHOUT_NETWORK, "true"), check=False, capture_output=True)
    prefix = (*(WITHOUT_NETWORK if can_unshare.returncode == 0 else ()), "env", path)
    probe = (*prefix, sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 80))")  # fmt: skip
    assert "the network is blocked" in finish(begin(probe)).err
    attempts.unlink()

    ran = finish(begin((*prefix, *CYPP, "run", "--data-dir", str(data))))

    assert ran.status == 0
    assert content(data / "warehouse" / "warehouse.duckdb") == content(story.second.warehouse)
    assert not attempts.exists()
    said = (ran.out + ran.err).casefold()
    assert [word for word in ("network", "connection", "http") if word in said] == []
