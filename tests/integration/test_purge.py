"""A purge removes extracts past their rule from everywhere, certifies it, and is finished by the next if it is killed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from typer.testing import CliRunner

from expectations.contract import IDENTIFIER_TYPES, contract_for, sources
from orchestration.cli import app
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder, load_settings
from orchestration.upkeep import purge as purging
from orchestration.upkeep.purge import plan_purge, purge
from orchestration.upkeep.verify import verify
from orchestration.warehouse.memory import _kept_schema
from tests import extracts
from tests.extracts import BARNET
from tests.integration.inbox import Inbox, copied
from tests.nights import take_in_all
from tests.story import copy_data

SOURCES = ("annex_a", "ssda903")
TODAY = date(2025, 4, 10)
RULE = '[retention.annex_a]\nmonths = 3\napprover = "Ada"\n'
OLD = (BARNET, "annex_a", "2024-12")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two submissions of March and one of December, taken in, and issues of a run in January and of one in March."""
    inbox = Inbox(tmp_path_factory.mktemp("whole") / "data", SOURCES)
    extracts.write_submission(inbox.folder.landing, *OLD)
    take_in_all(inbox.folder, among=SOURCES)
    _publish(inbox.folder, "r1", [date(2025, 1, 5), date(2025, 1, 9)])
    _publish(inbox.folder, "r2", [date(2025, 1, 9), date(2025, 3, 31)])
    return inbox


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """A copy of a test's own; of a run only the taking-in is needed here."""
    inbox = copied(taken_in, tmp_path / "data")
    _say(inbox, RULE)
    monkeypatch.setattr(purging, "run_job", lambda folder, *_: take_in_all(folder, among=SOURCES))
    return inbox


def _say(inbox: Inbox, settings: str) -> None:
    (inbox.folder.root / "settings.toml").write_text(f"[quiet]\nseconds = 0\n{settings}")


def _publish(folder: DataFolder, run_id: str, asked_on: list[date]) -> None:
    """A run that asked about a record on each day."""
    schema = _kept_schema("issues")
    row = dict.fromkeys(schema.names) | {"source": "annex_a", "area_code": BARNET}
    rows = [row | {"asked_on": day, "issue_key": f"{run_id}{day}"} for day in asked_on]
    path = folder.ledger / "issues" / f"{run_id}.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    ledger = Ledger(folder.ledger)
    ledger.record_run("started", run_id, {"as_at": "2025-03-31", "code_version": "1", "received_by": None})  # fmt: skip
    ledger.record_run("published", run_id, {})


def _purge(inbox: Inbox, today: date = TODAY) -> Path | None:
    return purge(inbox.folder, load_settings(inbox.folder.root), "Bea", today, lambda *_: None)


def _asked(inbox: Inbox) -> list[date]:
    files = Ledger(inbox.folder.ledger).kept_by_runs("issues")
    return sorted(day for _, path in files for day in pq.read_table(path)["asked_on"].to_pylist())


def _files(inbox: Inbox) -> set[str]:
    """Every file but locks, the ledger and what is noted beside it."""
    left_out = (".run.lock", ".ledger_head", "ledger.sqlite3")
    paths = (path for path in inbox.folder.root.rglob("*") if path.is_file())
    return {path.relative_to(inbox.folder.root).as_posix() for path in paths if path.name not in left_out}  # fmt: skip


def _places(inbox: Inbox) -> set[tuple[str, ...]]:
    return {version.name[:3] for version in Ledger(inbox.folder.ledger).versions()}


def test_what_is_past_its_rule_goes_from_everywhere(inbox: Inbox) -> None:
    [old] = [one for one in Ledger(inbox.folder.ledger).versions() if one.name[:3] == OLD]
    named = {name for name in _files(inbox) if "2024-12" in name}
    others = {name for name in _files(inbox) - named if name.startswith(("landing/", "archive/"))}
    assert {name.split("/")[0] for name in named} == {"landing", "archive"}
    tables, with_rows = _without(inbox, old)
    assert {name.split("/")[0] for name in with_rows} == {"raw", "quality", "restricted"}

    certificate = _purge(inbox)

    assert certificate is not None
    assert not named & _files(inbox)
    assert others <= _files(inbox)
    assert _without(inbox, old) == (tables, set())
    assert _places(inbox) == {(BARNET, source, "2025-03") for source in SOURCES}
    assert _asked(inbox) == [date(2025, 3, 31)]
    assert verify(inbox.folder, lambda *_: None).damage == []
    said = json.loads(certificate.read_text())
    assert (said["by"], said["rules"]["annex_a"]["approver"]) == ("Bea", "Ada")
    assert said["versions"] == [dict(zip(("area_code", "source", "month", "sha256"), old.name, strict=True))]  # fmt: skip
    assert _purge(inbox) is None


def _without(
    inbox: Inbox, old: SubmissionVersion
) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """The rows of every table that are not of a version, and the tables that have rows of it."""
    others, with_rows = {}, set[str]()
    for table, rows in inbox.tables().items():
        others[table] = [row for row in rows if row["submission_id"] != id_of_version(old)]
        with_rows |= {table} if len(others[table]) < len(rows) else set()
    return {table: rows for table, rows in others.items() if rows}, with_rows


POINTS = [
    ("Ledger.record_purge", "before"), ("Ledger.record_purge", "after"), ("remove_versions", "before"), ("remove_versions", "after"),
    ("run_job", "after"), ("_certify", "before"), ("_certify", "after"),
]  # fmt: skip


@pytest.mark.parametrize(("point", "moment"), POINTS)
def test_killed_purge_is_finished_by_the_next(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, moment: str
) -> None:
    undisturbed = Inbox(copy_data(inbox.folder.root, tmp_path / "undisturbed"), ())
    _say(undisturbed, RULE)
    _purge(undisturbed)
    with monkeypatch.context() as patch:
        *inner, name = point.split(".")
        owner = getattr(purging, inner[0]) if inner else purging
        patch.setattr(owner, name, dies(getattr(owner, name), moment))
        with pytest.raises(KeyboardInterrupt):
            _purge(inbox)
    if Ledger(inbox.folder.ledger).open_purge() is not None:
        assert "`cypp purge` finishes it" in [one.mend for one in verify(inbox.folder, lambda *_: None).damage]  # fmt: skip
    # A night may come between; it must not take in again what is planned to go.
    take_in_all(inbox.folder, among=SOURCES)
    _purge(inbox)

    assert _without_ids(inbox) == _without_ids(undisturbed)
    assert (_places(inbox), _asked(inbox)) == (_places(undisturbed), _asked(undisturbed))
    assert Ledger(inbox.folder.ledger).open_purge() is None
    assert verify(inbox.folder, lambda *_: None).damage == []


def dies(original: Callable[..., Any], moment: str) -> Callable[..., Any]:
    def dying(*arguments: Any, **named: Any) -> Any:
        if moment == "after":
            original(*arguments, **named)
        raise KeyboardInterrupt

    return dying


def _without_ids(inbox: Inbox) -> set[str]:
    """Names of files, without the moment and number of a purge."""
    return {re.sub(r"\d{8}T\d{6}-[0-9a-f]{6}", "PURGE", name) for name in _files(inbox)}


def test_what_was_purged_is_not_taken_in_again(inbox: Inbox) -> None:
    _purge(inbox)
    extracts.write_submission(inbox.folder.landing, *OLD)
    told = [
        finding for taken in take_in_all(inbox.folder, among=SOURCES) for finding in taken.findings
    ]
    assert [(finding.rule, finding.folder) for finding in told] == [("PURGED", "/".join(OLD))]
    assert OLD not in _places(inbox)


def _run(inbox: Inbox, *options: str) -> tuple[int, str]:
    with time_machine.travel(datetime(2025, 4, 10, 12, tzinfo=UTC)):
        ran = CliRunner().invoke(app, ["purge", "--data-dir", str(inbox.folder.root), *options])
    return ran.exit_code, " ".join(ran.output.split())


def test_dry_run_says_the_same_and_changes_nothing(inbox: Inbox) -> None:
    before, events = inbox.state(), (inbox.folder.ledger / "ledger.sqlite3").read_bytes()
    status, said = _run(inbox, "--dry-run")
    assert (status, "1 extract(s) to remove, 0 kept" in said) == (0, True)
    assert f"{'/'.join(OLD)} (" in said
    assert "past 3 months by as_at_date" in said
    assert (inbox.state(), (inbox.folder.ledger / "ledger.sqlite3").read_bytes()) == (before, events)  # fmt: skip
    done, said_of_it = _run(inbox, "--by", "Bea")
    assert (done, said_of_it.startswith(said)) == (0, True)
    assert _run(inbox) == (0, "0 extract(s) to remove, 0 kept by a legal hold.")


@pytest.mark.parametrize(
    ("hold", "goes"),
    [('[legal_hold]\nreason = "Inquiry"\n', False),
     (f'[legal_hold]\nreason = "Inquiry"\nareas = ["{BARNET}"]\n', False),
     ('[legal_hold]\nreason = "Inquiry"\nareas = ["E09000007"]\n', True)],
    ids=["of all", "of this area", "of another"],
)  # fmt: skip
def test_legal_hold_stops_it_with_its_reason(inbox: Inbox, hold: str, goes: bool) -> None:
    _say(inbox, RULE + hold)
    status, said = _run(inbox)
    assert (status, "kept by legal hold: Inquiry" in said) == ((0, False) if goes else (1, True))
    assert (OLD in _places(inbox)) != goes


@pytest.mark.parametrize(
    ("settings", "said"),
    [("[retention.annex_a]\nmonths = 3\n", 'as approver = "NAME" under [retention.annex_a]'),
     ("[retention.gias]\nmonths = 3\n", "no source with rows about children"),
     ("[retention.annex_a]\nmonths = 0\n", "retention.annex_a.months")],
    ids=["nobody has approved", "no such rule", "no number of months"],
)  # fmt: skip
def test_rule_that_cannot_be_used_removes_nothing(inbox: Inbox, settings: str, said: str) -> None:
    _say(inbox, settings)
    before = _files(inbox)
    status, told = _run(inbox)
    assert (status, said in told) == (2, True)
    assert _files(inbox) == before


@pytest.mark.parametrize("clock", ["as_at_date", "received_at"])
@pytest.mark.parametrize("months", [1, 3, 4, 12])
def test_rule_counts_whole_months_from_its_clock(inbox: Inbox, clock: str, months: int) -> None:
    _say(inbox, f'[retention.annex_a]\nmonths = {months}\nclock = "{clock}"\n')
    ledger, settings = Ledger(inbox.folder.ledger), load_settings(inbox.folder.root)
    for version in ledger.versions():
        begins = version.as_at_date if clock == "as_at_date" else version.received_at.date()
        last_day = begins + relativedelta(months=months)
        for today, is_due in ((last_day, False), (last_day + timedelta(days=1), True)):
            due = [one.version for one in plan_purge(ledger, settings, today).due]
            # Days that a shorter month lacks count as its last.
            assert (version in due) == (is_due and version.source == "annex_a") or begins.day > 28


@pytest.mark.parametrize("source", sources())
def test_every_source_with_rows_about_people_has_a_rule(source: str) -> None:
    columns = [
        one for table in contract_for(source).tables.values() for one in table.columns.values()
    ]
    names_people = any(one.type in {*IDENTIFIER_TYPES, "upn"} - {"record_id", "compared"} for one in columns)  # fmt: skip
    assert (contract_for(source).retention is not None) == names_people


# ---------------------------------------------------------------- of an area of a region


@pytest.fixture
def of_region(taken_in: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """The same as an area of a region, which has a warehouse with the extract."""
    region = DataFolder(tmp_path / "region")
    region.create()
    region.warehouse_file.write_bytes(b"with the extract")
    inbox = copied(taken_in, region.root / "areas" / BARNET)
    _say(inbox, RULE)
    monkeypatch.setattr(purging, "run_job", lambda folder, *_: take_in_all(folder, among=SOURCES))
    return inbox


def test_purge_in_an_area_puts_the_warehouse_of_its_region_together_before_it_certifies(
    of_region: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_then: list[bool] = []

    def unite(region: DataFolder) -> None:
        assert (region.root / "areas" / BARNET) == of_region.folder.root
        open_then.append(Ledger(of_region.folder.ledger).open_purge() is not None)

    monkeypatch.setattr(purging, "unite_published", unite)
    certificate = _purge(of_region)
    assert certificate is not None
    assert open_then == [True]
    assert "region" not in json.loads(certificate.read_text())["not_removed_from"]


@pytest.mark.parametrize("command", ["purge", "forget"])
def test_certificate_says_where_the_warehouse_of_the_region_still_has_it(
    of_region: Inbox, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def unite(_: DataFolder) -> None:
        raise OSError(28, "No space left on device", "/x")

    monkeypatch.setattr(purging, "unite_published", unite)
    child = (BARNET, extracts.children(BARNET)[4].id) if command == "forget" else ()
    ran = CliRunner().invoke(
        app, [command, *child, "--by", "Bea", "--data-dir", str(of_region.folder.root)]
    )
    assert ran.exit_code == 1, ran.output
    said = " ".join(ran.output.split())
    assert "in this area, but the region's warehouse" in said
    assert "still has it" in said
    assert "No space left on device" in said
    [certificate] = (of_region.folder.ledger / "certificates").glob("*.json")
    told = json.loads(certificate.read_text())["not_removed_from"]
    assert f"{of_region.folder.root.parents[1]}/warehouse/warehouse.duckdb, still has it" in told
    assert Ledger(of_region.folder.ledger).open_purge() is None


def test_purge_in_an_area_of_a_region_without_a_warehouse_is_certified(of_region: Inbox) -> None:
    of_region.folder.root.parents[1].joinpath("warehouse", "warehouse.duckdb").unlink()
    assert _purge(of_region) is not None
