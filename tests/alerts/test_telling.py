"""Who looks after a deployment is told what has to be known, once, and how it stands with what did not arrive."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import time_machine
from typer.testing import CliRunner

from orchestration.alerts import tell as telling
from orchestration.alerts.kept import BESIDE, kept
from orchestration.alerts.matters import FOUND, matters_of
from orchestration.alerts.tell import tell
from orchestration.checks.holds import Hold
from orchestration.checks.tables import WARNINGS, Rule
from orchestration.cli import app
from orchestration.ledger.ledger import Ledger
from orchestration.operator.status import SourceStatus, Status
from orchestration.settings import DataFolder
from tests.alerts.conftest import MAIL, Settle
from tests.alerts.mail_server import Inbox, certificate, mail_server
from tests.commands import Ran
from tests.extracts import BARNET
from tests.owners.conftest import OWNER, Published

MORNING = datetime(2025, 7, 1, 8, tzinfo=UTC)
HOLD = Hold(
    BARNET, "annex_a.list_3.unread_share.x (annex_a list_3) since the extract of 2025-03-31: 'CANARY' 3 times",
    ("annex_a.list_3.unread_share.x", "ssda903.episodes.volume"), ("referrals_rate", "referrals_repeat_pct"),
    f"a good extract, or a named person: cypp accept annex_a.list_3.unread_share.x --area {BARNET}", date(2025, 3, 31),
)  # fmt: skip
STALE = SourceStatus(BARNET, "annex_a", date(2025, 3, 31), MORNING, 92, "stale")


def _cypp(folder: DataFolder, *arguments: str) -> Ran:
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(folder.root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def _published(folder: DataFolder, moment: datetime = MORNING) -> None:
    """A run that published, as the ledger has it."""
    with time_machine.travel(moment, tick=False):
        ledger = Ledger(folder.ledger)
        ledger.record_run("started", f"{moment:%d}", {"as_at": f"{moment:%Y-%m-%d}"})
        ledger.record_run("published", f"{moment:%d}", {})


def _damage(folder: DataFolder) -> str:
    (folder.ledger / "ledger.sqlite3").write_bytes(b"not a database" * 1000)
    return "the ledger cannot be read"


def _take_landing_away(folder: DataFolder) -> str:
    shutil.rmtree(folder.landing)
    return "landing is not there"


@pytest.mark.parametrize("stop", [_damage, _take_landing_away])
def test_night_that_fails_before_its_first_step_is_told_with_its_cause_once_a_day(
    stop: Callable[[DataFolder], str], folder: DataFolder, inbox: Inbox, settle: Settle
) -> None:
    settle()
    _published(folder)
    cause = stop(folder)

    with time_machine.travel(MORNING, tick=True):
        ran, again = _cypp(folder, "run"), _cypp(folder, "run")
        status = json.loads(_cypp(folder, "status", "--json").out)
    with time_machine.travel(MORNING + timedelta(days=1), tick=True):
        assert _cypp(folder, "run").status == 1

    assert (ran.status, again.status) == (1, 1)
    assert not folder.landing.exists() or cause.startswith("the ledger")
    assert len(inbox.mails) == 2
    assert [text.count(cause) for text in inbox.texts] == [1, 1]
    mail = inbox.mails[0]
    assert mail["To"] == "data@council.example, duty@council.example"
    assert mail["From"] == "cypp@council.example"
    assert mail["Subject"].startswith("cypp: the night of 2025-07-01 failed")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert any(cause in obstacle for obstacle in status["obstacles"])
    assert (status["needs_attention"], status["unread_alerts"]) == (True, 1)


def test_dead_daemon_is_told_by_the_check_and_status_says_it(
    folder: DataFolder, inbox: Inbox, settle: Settle
) -> None:
    settle('[alerts]\nexpected_by = "07:00"')
    _published(folder, MORNING - timedelta(days=2))

    with time_machine.travel(MORNING, tick=True):
        first, second = (_cypp(folder, "alert", "--check") for _ in range(2))
        status = _cypp(folder, "status")
        _published(folder)
        after = _cypp(folder, "alert", "--check")

    assert [ran.status for ran in (first, second, after)] == [0, 0, 0]
    assert len(inbox.mails) == 1
    assert "No run has succeeded by 2025-07-01 07:00" in inbox.texts[0]
    assert "48.0 hours ago" in inbox.texts[0]
    assert (status.status, "no run has succeeded by 2025-07-01 07:00" in status.out) == (3, True)
    assert "Nothing that has not been sent" in after.out


def test_holds_and_stale_sources_are_told_once_without_anything_that_stood_in_a_file(
    folder: DataFolder, inbox: Inbox, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    standing = Status(last_run={"status": "published"}, holds=[HOLD], sources=[STALE])
    monkeypatch.setattr(telling, "current_status", lambda _: standing)
    tell(folder)
    standing.holds = [*standing.holds, replace(HOLD, area_code="E09000007")]
    tell(folder)
    tell(folder)

    first, second = inbox.texts
    assert f"{BARNET}: 2 indicators are held since the extract of 2025-03-31" in first
    assert FOUND["unread_share"] in first
    assert FOUND["volume"] in first
    assert "until a good extract, or a named person: cypp accept annex_a.list_3" in first
    assert f"{BARNET}: annex_a is stale; its newest extract is of 2025-03-31 (92 days ago)" in first
    assert "E09000007: 2 indicators are held" in second
    assert BARNET not in second.replace(f"--area {BARNET}", "")
    assert "CANARY" not in first + second


def test_every_rule_that_can_hold_is_told_in_words() -> None:
    assert set(FOUND) == set(get_args(Rule)) - WARNINGS


def test_what_did_not_arrive_is_kept_and_sent_again(folder: DataFolder) -> None:
    with mail_server() as gone:
        pass
    (folder.root / "settings.toml").write_text(MAIL.format(port=gone.port))
    _published(folder)
    _take_landing_away(folder)

    [failed] = tell(folder)
    with mail_server() as back:
        (folder.root / "settings.toml").write_text(MAIL.format(port=back.port))
        [arrived] = tell(folder)
        assert tell(folder) == []

    assert "Connection refused" in failed.problem
    assert [alert.problem for alert in kept(folder)] == [failed.problem, arrived.problem]
    assert len(back.mails) == 1


def test_mail_is_encrypted_and_the_sender_logs_in(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = certificate(tmp_path)
    secret, settings = folder.root / "mail.password", folder.root / "settings.toml"
    with mail_server(own) as inbox:
        login = 'user = "cypp"\npassword_file = "mail.password"\n'
        settings.write_text(MAIL.format(port=inbox.port).replace("starttls = false\n", login))
        secret.write_text("the password\n")
        unknown = _cypp(folder, "alert", "--test")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        sent = _cypp(folder, "alert", "--test")
        secret.write_text("CANARY")
        refused = _cypp(folder, "alert", "--test")

    assert [ran.status for ran in (unknown, sent, refused)] == [1, 0, 1]
    assert len(inbox.mails) == 1
    assert "refused user or password" in refused.out
    assert "CANARY" not in refused.out + refused.err
    assert kept(folder) == []


def test_server_without_encryption_is_given_no_mail_where_it_is_asked_for(
    folder: DataFolder, inbox: Inbox
) -> None:
    text = MAIL.format(port=inbox.port).replace("starttls = false", "")
    (folder.root / "settings.toml").write_text(text)

    ran = _cypp(folder, "alert", "--test")

    assert (ran.status, inbox.mails) == (1, [])
    assert "does not offer what the settings ask for" in ran.out


@pytest.mark.parametrize(
    ("code", "said"), [("sys.exit(7)", "ended with status 7"), (None, "No such file"), ("pass", "")]
)
def test_command_is_given_the_text(code: str | None, said: str, folder: DataFolder) -> None:
    told = folder.root / "told"
    script = f"import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read()); {code}"
    words = [sys.executable, "-c", script, str(told)] if code else ["/nowhere/to/be/found"]
    settings = folder.root / "settings.toml"
    settings.write_text(f"[alerts]\ncommand = {json.dumps(words)}\n")

    ran = _cypp(folder, "alert", "--test")

    assert (ran.status, said in ran.out) == (1 if said else 0, True)
    assert not code or "The night of 2025-04-01 failed" in told.read_text()


def test_alerts_told_while_the_ledger_is_lost_are_in_it_once_it_is_back(
    folder: DataFolder, inbox: Inbox, settle: Settle
) -> None:
    settle()
    _published(folder, datetime.now(UTC))
    good = (folder.ledger / "ledger.sqlite3").read_bytes()
    _damage(folder)
    assert _cypp(folder, "run").status == 1
    beside = (folder.root / BESIDE).read_text()
    (folder.ledger / "ledger.sqlite3").write_bytes(good)
    _take_landing_away(folder)

    assert _cypp(folder, "run").status == 1
    shown = _cypp(folder, "alert")
    read = _cypp(folder, "alert", "--read")

    assert "the ledger cannot be read" in beside
    assert not (folder.root / BESIDE).exists()
    assert len(inbox.mails) == 2
    assert ("the ledger cannot be read" in shown.out, "landing is not there" in shown.out) == (
        True,
        True,
    )
    assert "2 alert(s) marked as read" in read.out
    assert [alert.is_read for alert in kept(folder)] == [True, True]
    assert "0 alert(s) unread" in _cypp(folder, "alert").out


def test_nobody_to_tell_is_wrong_usage_and_keeps_nothing(folder: DataFolder) -> None:
    _published(folder)
    _take_landing_away(folder)

    assert _cypp(folder, "run").status == 1
    assert [_cypp(folder, "alert", option).status for option in ("--check", "--test")] == [2, 2]
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("host = 1", "alerts.mail.host"),
        ('recipients = ["a@b\\nBcc: c@d"]', "alerts.mail.recipients"),
        ("recipients = []", "alerts.mail.recipients"),
        ('user = "cypp"', "user and password_file belong together"),
        ("port = 0", "alerts.mail.port"),
    ],
)
def test_settings_that_cannot_be_used_are_named(wrong: str, named: str, folder: DataFolder) -> None:
    key = wrong.partition(" = ")[0]
    lines = [line for line in MAIL.format(port=25).splitlines() if not line.startswith(key)]
    (folder.root / "settings.toml").write_text("\n".join([*lines, wrong]))

    ran = _cypp(folder, "alert", "--test")

    assert (ran.status, named in ran.err) == (2, True)


def test_wrong_settings_elsewhere_are_told(
    folder: DataFolder, inbox: Inbox, settle: Settle
) -> None:
    settle("[gate]\nvolume_chek = true\n")

    ran, status = _cypp(folder, "run"), _cypp(folder, "status")

    assert (ran.status, status.status) == (2, 3)
    assert "gate.volume_chek" in inbox.texts[0]
    assert "gate.volume_chek" in status.out


def test_failure_that_only_dagster_knows_is_told(folder: DataFolder) -> None:
    [matter] = matters_of(Status(last_run={"status": "published"}), "the process was killed")

    assert "failed, nothing was published: the process was killed" in matter.text


@pytest.mark.parametrize("is_set", [True, False])
def test_new_cases_of_owners_are_told_once_where_the_settings_ask_for_it(
    is_set: bool, tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Published(tmp_path / "data")
    for number in (1, 2):
        published.add_issue(f"new {number}", first_seen=date(2025, 3, 31))
    published.add_issue("old")
    published.add_issue("fixed", first_seen=date(2025, 3, 31), status="fixed", due_date=None)
    folder = published.write()
    (folder.root / "settings.toml").write_text(
        f"[alerts]\nnew_cases = {str(is_set).lower()}\n{MAIL.format(port=inbox.port)}",
        encoding="utf-8",
    )
    monkeypatch.setattr(telling, "current_status", lambda folder: Status())
    said = [text for _ in range(2) for alert in tell(folder) for text in alert.matters.values()]
    assert said == [
        f"{BARNET}, {OWNER}: 2 new cases in the extract of 2025-03-31, the first due on 2025-05-09."
        " The owner's page lists them."
    ] * is_set  # fmt: skip


def test_what_cannot_be_asked_about_new_cases_keeps_nothing_else_from_being_told(
    tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Published(tmp_path / "data").write()
    (folder.root / "settings.toml").write_text(
        f"[alerts]\nnew_cases = true\n{MAIL.format(port=inbox.port)}", encoding="utf-8"
    )
    folder.warehouse_file.chmod(0o600)
    folder.warehouse_file.write_bytes(b"damaged")
    monkeypatch.setattr(telling, "current_status", lambda folder: Status())
    [alert] = tell(folder, "the disk is full")
    assert [text for text in alert.matters.values() if "the disk is full" in text]
    assert len(inbox.texts) == 1
