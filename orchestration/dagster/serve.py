"""`make serve`: Dagster's pages, read-only, and beside them its daemon, for a data folder; on the loopback interface only.

`python -m orchestration.dagster.serve pages` or `daemon` is one of the two alone, as systemd or a container starts it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import dagster as dg
from dagster_webserver.cli import cli as serve_dagster
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from orchestration.dagster.job import dagster_home
from orchestration.dagster.killed import settle_killed_runs
from orchestration.dagster.token import TOKEN_FILE, TokenRequired, pages_token
from orchestration.settings import PRIVATE_UMASK, ConfigurationError, data_folder
from orchestration.terminal import say

LOOPBACK, PORT = "127.0.0.1", "3000"
PARTS = ("pages", "daemon")
CODE = ("--module-name", "orchestration.definitions")
DAEMON = Path(sysconfig.get_path("scripts")) / "dagster-daemon"
SECONDS_TO_END = 30


def main() -> None:
    """Become the part that is asked for; without one, start both and end when either does."""
    os.umask(PRIVATE_UMASK)
    part = " ".join(sys.argv[1:])
    try:
        _become(part)
    except ConfigurationError as error:
        sys.exit(f"Not started: {error}")


def _become(part: str) -> None:
    if part == "pages":
        _become_pages()
    elif part == "daemon":
        _become_daemon()
    elif part:
        sys.exit(f"{part} is no part of this: {' or '.join(PARTS)}")
    else:
        sys.exit(_start_both())


def _use_data_folder() -> None:
    folder = data_folder(None)
    folder.create()
    os.environ.update(
        DAGSTER_HOME=str(dagster_home(folder)),
        DAGSTER_DISABLE_TELEMETRY="1",
        CYPP_DATA_DIR=str(folder.root),
    )


def _become_pages() -> None:
    _use_data_folder()
    port = os.environ.get("CYPP_PORT", PORT)
    hosts = os.environ.get("CYPP_HOSTS", f"{LOOPBACK},localhost").split(",")
    _answer_only_to(hosts, pages_token(data_folder(None).restricted))
    say(
        f"Dagster's pages: http://{LOOPBACK}:{port}/?token=<what is in {TOKEN_FILE} of restricted/>"
    )
    serve_dagster(["--read-only", "--host", LOOPBACK, "--port", port, *CODE])


def _answer_only_to(hosts: list[str], token: str) -> None:
    """Refuse a request without the token, or for another name: a page elsewhere could point its own at this machine."""
    plain = DagsterWebserver.build_middleware

    def guarded(self: DagsterWebserver) -> list[Middleware]:
        trusted = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
        return [trusted, Middleware(TokenRequired, token=token), *plain(self)]

    DagsterWebserver.build_middleware = guarded


def _become_daemon() -> None:
    _use_data_folder()
    with dg.DagsterInstance.get() as instance:
        settle_killed_runs(instance, data_folder(None))
    command = [str(DAEMON), "run", *CODE]
    os.execv(command[0], command)  # noqa: S606 -- installed beside our own interpreter, no shell


def _start_both() -> int:
    _use_data_folder()
    with dg.DagsterInstance.get():
        # Its storage is made here, where it is not there yet: not by both at once.
        pass
    own = [sys.executable, "-m", "orchestration.dagster.serve"]
    running = [subprocess.Popen([*own, part]) for part in PARTS]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _end(running)


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, as Ctrl-C does; the daemon waits for what it does at the moment."""
    for process in running:
        process.send_signal(signal.SIGINT)
    for process in running:
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    main()
