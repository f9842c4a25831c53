"""A mail server of the tests, on a free port of this machine."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Inbox:
    """What came, and where the server stands."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        return [mail.get_content() for mail in self.mails]


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(
        success=isinstance(given, LoginPassword) and given.password == b"the password",
        handled=False,
    )


def certificate(folder: Path) -> Path:
    """A certificate of this machine's own, with its key."""
    made = folder / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made), "-out", str(folder / "certificate.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    with made.open("ab") as file:
        file.write((folder / "certificate.pem").read_bytes())
    return made


@contextmanager
def mail_server(certified: Path | None = None) -> Generator[Inbox]:
    """With a certificate: STARTTLS and a login are demanded."""
    inbox = Inbox()
    demanded: dict[str, Any] = {}
    if certified is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certified)
        demanded = {
            "tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": _knows,
        }  # fmt: skip
    server = Controller(inbox, hostname="127.0.0.1", port=_free_port(), **demanded)
    inbox.port = server.port
    server.start()
    try:
        yield inbox
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
