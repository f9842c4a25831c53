"""The ways on which an alert leaves: mail, and a command that is given the text."""

from __future__ import annotations

import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from orchestration.settings import AlertSettings, MailSettings

SECONDS = 60
Send = Callable[[str, str], None]


class NotDelivered(Exception):
    """The message did not arrive; why, in words, without what a server or a command said."""


def ways_of(settings: AlertSettings, data: Path) -> dict[str, Send]:
    """How to send a subject and a text, by the name of the way."""
    ways: dict[str, Send] = {}
    mail, command = settings.mail, settings.command
    if mail is not None:
        ways["mail"] = lambda subject, text: _send_mail(mail, data, subject, text)
    if command:
        ways["command"] = lambda subject, text: _run_command(command, f"{subject}\n\n{text}")
    return ways


def _send_mail(mail: MailSettings, data: Path, subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, mail.sender
    message["To"] = ", ".join(mail.recipients)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=socket.gethostname())
    # Answers of absent people would only come back to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        refused = _deliver(mail, data, message)
    except smtplib.SMTPAuthenticationError:
        raise NotDelivered("the mail server refused user or password") from None
    except smtplib.SMTPNotSupportedError:
        raise NotDelivered("the mail server does not offer what the settings ask for") from None
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise NotDelivered("the mail server refused every recipient") from None
    except (smtplib.SMTPException, OSError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NotDelivered(f"no mail through {mail.host}:{mail.port}: {reason}") from None
    if refused:
        raise NotDelivered(f"the mail server refused {len(refused)} of the recipients")


def _deliver(mail: MailSettings, data: Path, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
    # Its own name is not looked up: that could ask a name server, and wait for it.
    name = socket.gethostname()
    with smtplib.SMTP(mail.host, mail.port, local_hostname=name, timeout=SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user is not None and mail.password_file is not None:
            password = (data / mail.password_file).read_text(encoding="utf-8").strip()
            server.login(mail.user, password)
        return server.send_message(message)


def _run_command(command: tuple[str, ...], text: str) -> None:
    try:
        subprocess.run(
            command, input=text.encode(), check=True, timeout=SECONDS,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise NotDelivered(f"{command[0]} ended with status {error.returncode}") from None
    except subprocess.TimeoutExpired:
        raise NotDelivered(f"{command[0]} did not end within {SECONDS} seconds") from None
    except OSError as error:
        raise NotDelivered(f"{command[0]}: {error.strerror}") from None
