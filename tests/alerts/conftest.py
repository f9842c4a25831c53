"""What the tests of alerts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.settings import DataFolder
from tests.alerts.mail_server import Inbox, mail_server

Settle = Callable[..., None]
MAIL = """
[alerts.mail]
host = "127.0.0.1"
port = {port}
starttls = false
sender = "cypp@council.example"
recipients = ["data@council.example", "duty@council.example"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty data folder."""
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server that takes everything."""
    with mail_server() as server:
        yield server


@pytest.fixture
def settle(folder: DataFolder, inbox: Inbox) -> Settle:
    """Write settings that name the mail server, after some lines of the test's own."""

    def write(lines: str = "") -> None:
        text = f"{lines}\n{MAIL.format(port=inbox.port)}"
        (folder.root / "settings.toml").write_text(text, encoding="utf-8")

    return write
