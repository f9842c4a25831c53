"""A server of PostgreSQL of the tests' own, on a free port of this machine; without its programs they are skipped."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

SECONDS = 60
# It refuses to run as root.
ACCOUNT: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One cluster, which is started and stopped as a test wants."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._cluster, self._sockets = programs, folder / "cluster", folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [str(programs / "initdb"), "--pgdata", str(self._cluster), "--username=cypp", "--auth=trust", "--no-sync"],
            check=True, capture_output=True, cwd="/", **ACCOUNT,
        )  # fmt: skip

    def address(self, account: str = "cypp", database: str = "postgres") -> str:
        """As libpq reads it."""
        return f"postgresql://{account}@127.0.0.1:{self._port}/{database}"

    def is_named_by(self, root: Path, schema: str = "") -> str:
        """Write a data folder's settings so that they name it; the schema, of its own where none is given."""
        chosen = schema or f"t{secrets.token_hex(6)}"
        root.mkdir(exist_ok=True)
        (root / "settings.toml").write_text(
            f'[quiet]\nseconds = 0\n[ledger]\npostgresql = "{self.address()}"\nschema = "{chosen}"\n'
        )
        return chosen

    def does(self, statements: str, database: str = "postgres") -> None:
        """As the owner of the database."""
        with closing(psycopg2.connect(self.address(database=database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statements)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [
                str(self._programs / "postgres"), "-D", str(self._cluster), "-p", str(self._port),
                "-h", "127.0.0.1", "-k", str(self._sockets), "-F",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **ACCOUNT,
        )  # fmt: skip
        ready = [str(self._programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(self._port)]
        ends = time.monotonic() + SECONDS
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            assert time.monotonic() < ends
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it, and cut every connection."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(SECONDS)
            self._process = None


def _programs() -> Path | None:
    """Where PostgreSQL's own programs are, which no PATH of Debian names."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@contextmanager
def server() -> Generator[Server]:
    """A server that works until the end."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with tempfile.TemporaryDirectory() as made:
        if ACCOUNT:
            os.chown(made, pwd.getpwnam("postgres").pw_uid, -1)
        one = Server(programs, Path(made))
        try:
            one.start()
            yield one
        finally:
            one.stop()
