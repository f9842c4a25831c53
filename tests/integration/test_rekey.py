"""A new key takes the place of the old one: every child keeps its history, and the old key is needed for nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.checks import statutory
from orchestration.checks.rows import issues_table
from orchestration.checks.statutory_findings import Checked, findings_of_answer
from orchestration.cli import app
from orchestration.intake.kept.first_keys import first_keys, forget_first_keys
from orchestration.intake.kept.made_tables import identifiers_table
from orchestration.intake.kept.mending import drop_unknown
from orchestration.intake.kept.partitions import partition_of, partitions_of
from orchestration.intake.keys import KeyFileError
from orchestration.intake.marks import write_mark
from orchestration.intake.submissions import load_secret
from orchestration.ledger.ledger import IssueAnswer, Ledger, now
from orchestration.night import rekeying
from orchestration.night.recovery import alone_in
from orchestration.night.steps import Request
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.upkeep import backup
from orchestration.upkeep import rekey as rotating
from orchestration.upkeep.backup import NotBackedUp, back_up
from orchestration.upkeep.rekey import Rekeyed, rekey
from orchestration.upkeep.restore import restore
from orchestration.upkeep.verify import Damage, verify
from tests import extracts
from tests.extracts import BARNET
from tests.integration.inbox import Inbox, copied
from tests.integration.test_purge import dies
from tests.nights import run_night, take_in_all
from tests.story import Story, content, query

ABOUT_CHILDREN = ("fct_counted_records", "fct_indicator_evidence", "fct_dq_issues")


@pytest.fixture(scope="module")
def served(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """What the second night had taken in and remembers, and what DfE's rules say of a return; not what it published."""
    left_out = shutil.ignore_patterns(
        "warehouse", "outputs", ".outputs*", ".work", ".dagster", "run"
    )
    root = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(story.second.data, root, symlinks=True, ignore=left_out)
    inbox = Inbox(root, ())
    statutory._keep(inbox.folder, _return(inbox.folder), "mark", _judged(inbox.folder))
    return inbox


@pytest.fixture
def inbox(served: Inbox, tmp_path: Path) -> Inbox:
    """A copy of a test's own."""
    return copied(served, tmp_path / "data")


def _rekey(folder: DataFolder) -> Rekeyed:
    return rekey(folder, "Bea", lambda *_: None)


def _secret(folder: DataFolder) -> str:
    return (folder.restricted / "hmac.key").read_text().strip()


def _by_identifier(folder: DataFolder) -> dict[tuple[str, str, str], str]:
    found = {}
    for one in partitions_of(folder, Ledger(folder.ledger)):
        rows = one.rows(identifiers_table(one.source))
        for row in rows.to_pylist() if rows is not None else ():
            found[one.area_code, row["kind"], row["identifier"]] = row["key"]
    return found


def _issues(folder: DataFolder) -> Iterator[tuple[str, dict[str, Any]]]:
    """The issues of our own checks, and where each is kept."""
    for one in partitions_of(folder, Ledger(folder.ledger)):
        rows = one.rows(issues_table(one.source))
        for row in rows.to_pylist() if rows is not None else ():
            yield f"{issues_table(one.source)}/{one.area_code}", row


def _known(folder: DataFolder) -> list[tuple[str, str, str]]:
    return [(place, issue["issue_key"], issue["case_key"]) for place, issue in _issues(folder)]


def _remembered(folder: DataFolder) -> list[str | None]:
    files = Ledger(folder.ledger).kept_by_runs("issues")
    return [key for _, path in files for key in pq.read_table(path)["child_key"].to_pylist()]


KEY = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])")


def _holding(root: Path, keys: set[str]) -> set[str]:
    """Files that hold one of the keys or of the secrets."""
    found, wanted = set(), {key.encode() for key in keys}
    for path in (path for path in root.rglob("*") if path.is_file()):
        is_table = path.suffix == ".parquet"
        text = repr(pq.read_table(path).to_pylist()).encode() if is_table else path.read_bytes()
        if not wanted.isdisjoint(KEY.findall(text)):
            found.add(path.relative_to(root).as_posix())
    return found


# What DfE's rules might say: about a child's row, about a row that our own checks ask about, about the whole.
ANSWER = {
    "lengths": {"Episodes": 0},
    "rules": [
        {
            "code": "142", "table": "Episodes", "fields": ["DEC"], "status": "run", "reason": "", "message": "Wrong",
            "findings": [
                {"table": "Episodes", "row": row, "child_row": None, "fields": ["DEC"]} for row in (0, 3, None)
            ],
        }
    ],
}  # fmt: skip


def _return(folder: DataFolder) -> Checked:
    ledger = Ledger(folder.ledger)
    version = next(v for v in ledger.versions() if v.name[:2] == (BARNET, "ssda903"))
    return Checked(version, partition_of(folder, ledger, "ssda903", BARNET))


def _judged(folder: DataFolder) -> statutory.Findings:
    """What DfE's rules say of the return, as a run makes it."""
    item = _return(folder)
    rows = item.rows("episodes")
    assert rows is not None
    answer = ANSWER | {"lengths": {"Episodes": len(rows)}}
    none = statutory.ISSUES_SCHEMA.empty_table()
    return findings_of_answer(item, answer, none, first_keys(folder, Ledger(folder.ledger)))


def _kept_statutory(folder: DataFolder) -> list[dict[str, Any]]:
    place = folder.quality / "statutory" / _return(folder).submission_id
    return pq.read_table(place / "issues.parquet").to_pylist()


def _translated(tables: dict[str, list[dict[str, Any]]], keys: dict[str, str]) -> object:
    return {
        name: [{column: keys.get(str(value), value) for column, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }  # fmt: skip


def _assert_led(inbox: Inbox, before: dict[tuple[str, str, str], str], tables: object) -> None:
    """The same rows are in the same tables, of the same children under other keys; nothing else is left."""
    after = _by_identifier(inbox.folder)
    assert after.keys() == before.keys()
    keys = {before[name]: after[name] for name in before}
    assert len(set(keys.values())) == len(keys)
    assert set(keys) & set(keys.values()) == set()
    assert inbox.tables() == _translated(tables, keys)  # ty: ignore[invalid-argument-type]
    assert _damage(inbox.folder) == []


def _damage(folder: DataFolder) -> list[Damage]:
    """Everything but that nothing is published here."""
    found = verify(folder, lambda *_: None).damage
    return [one for one in found if not one.what.startswith(("warehouse", "outputs", ".work"))]


def test_every_row_is_of_the_same_child_under_another_key(inbox: Inbox) -> None:
    folder = inbox.folder
    assert [issue["child_key"] is None for issue in _kept_statutory(folder)] == [False, False, True]
    known, of_rules = _known(folder), _kept_statutory(folder)
    for times in (1, 2):
        before, secret, tables = _by_identifier(folder), _secret(folder), inbox.tables()
        told, asked = _kept_statutory(folder), _remembered(folder)

        _rekey(folder)

        _assert_led(inbox, before, tables)
        after = _by_identifier(folder)
        keys = {before[name]: after[name] for name in before}
        assert _known(folder) == known != []
        assert _kept_statutory(folder) == [
            {**issue, "child_key": keys.get(issue["child_key"])} for issue in told
        ]
        # Asked again, the rules tell the same issues.
        assert _judged(folder).issues.to_pylist() == _kept_statutory(folder) != of_rules
        assert _remembered(folder) == [keys.get(str(key)) for key in asked]
        left = _holding(folder.root, {secret, *before.values()})
        assert {name.partition(".")[0] for name in left} <= {"restricted/first_keys"}
        assert [act.act for act in Ledger(folder.ledger).trail() if act.act == "rekey"] == ["rekey"] * times  # fmt: skip
        assert load_secret(folder, Ledger(folder.ledger)) == (bytes.fromhex(_secret(folder)), False)


def test_first_keys_are_kept_of_what_was_asked_about_alone_and_go_with_it(inbox: Inbox) -> None:
    folder = inbox.folder
    asked = {issue["child_key"] for _, issue in _issues(folder)}
    asked |= {issue["child_key"] for issue in _kept_statutory(folder)}
    before = _by_identifier(folder)

    _rekey(folder)

    firsts = first_keys(folder, Ledger(folder.ledger))
    assert asked - {None} <= set(firsts.values()) < set(before.values())
    assert firsts.keys() <= set(_by_identifier(folder).values())

    _without_versions(folder)
    assert first_keys(folder, Ledger(folder.ledger)) == {}
    assert _holding(folder.root, set(before.values())) == set()


def _without_versions(folder: DataFolder) -> None:
    """Every version is purged, and so is all that is known of its records."""
    ledger = Ledger(folder.ledger)
    names = [list(version.name) for version in ledger.versions()]
    ledger.record_purge("planned", {"purge_id": "p", "versions": names})
    drop_unknown(folder, ledger)
    forget_first_keys(folder, ledger)


@pytest.mark.faults
def test_published_figures_and_open_issues_are_those_of_before(
    story: Story, tmp_path: Path
) -> None:
    folder = DataFolder(story.second.copy(tmp_path / "data"))
    asked = "select issue_key, case_key, check_id, status, first_seen, last_seen from marts.fct_dq_issues order by all"
    keys = "select distinct child_key from marts.fct_counted_records"
    before, issues, former = (
        content(folder.warehouse_file),
        query(folder.warehouse_file, asked),
        query(folder.warehouse_file, keys),
    )
    explained = next(issue for issue in issues if issue[3] == "open")
    _explain(folder, explained[0])

    _rekey(folder)
    run_night(folder, Request(datetime.now(UTC).date()))

    after = content(folder.warehouse_file)
    assert {n: c for n, c in after.items() if n not in ABOUT_CHILDREN} == {
        n: c for n, c in before.items() if n not in ABOUT_CHILDREN
    }
    assert {n: after[n][0] for n in ABOUT_CHILDREN} == {n: before[n][0] for n in ABOUT_CHILDREN}
    expected = [
        (*issue[:3], "explained", *issue[4:]) if issue == explained else issue for issue in issues
    ]
    assert query(folder.warehouse_file, asked) == expected
    now_known = query(folder.warehouse_file, keys)
    assert (len(now_known), set(now_known) & set(former)) == (len(former), set())


def _explain(folder: DataFolder, issue_key: str) -> None:
    [(area_code,)] = query(
        folder.warehouse_file, "select area_code from marts.fct_dq_issues where issue_key = ?", issue_key
    )  # fmt: skip
    answer = IssueAnswer(area_code, issue_key, "explained", "Right", "", "Ada", "", date(2099, 1, 1), now())  # fmt: skip
    Ledger(folder.ledger).answer_issues([answer])


# ---------------------------------------------------------------- killed


def _killed(inbox: Inbox, monkeypatch: pytest.MonkeyPatch, name: str, moment: str) -> None:
    """A rotation whose process dies; what it would do on its way out it does not do."""
    with monkeypatch.context() as patch:
        place, _, own = name.rpartition(".")
        owner = Ledger if place else rotating
        patch.setattr(owner, own, dies(getattr(owner, own), moment))
        patch.setattr(rotating, "settle_rekey", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            _rekey(inbox.folder)


@pytest.mark.parametrize(
    ("name", "moment"),
    [("make_secret", "after"), ("_keep_said", "after"), ("Ledger.enter_rekey", "before")],
)  # fmt: skip
def test_killed_before_it_is_entered_it_is_undone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, name: str, moment: str
) -> None:
    before, remembered = inbox.state(), set((inbox.folder.ledger / "issues").iterdir())
    _killed(inbox, monkeypatch, name, moment)
    assert rekeying.next_key(inbox.folder).exists()
    with alone_in(inbox.folder):
        pass
    assert inbox.state() == before
    assert set((inbox.folder.ledger / "issues").iterdir()) == remembered


def test_what_fails_on_its_way_is_undone_at_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inbox.state()
    monkeypatch.setattr(rotating, "sync_everything", dies(rotating.sync_everything, "before"))
    with pytest.raises(KeyboardInterrupt):
        _rekey(inbox.folder)
    assert inbox.state() == before


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        (None, ""), ("put_folder", "after"), ("remove_unnamed", "before"), ("put", "before"),
    ],
)  # fmt: skip
def test_killed_after_it_is_entered_it_is_finished_by_whoever_comes_next(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, moment: str
) -> None:
    before, tables = _by_identifier(inbox.folder), inbox.tables()
    _killed(inbox, monkeypatch, "Ledger.enter_rekey", "after")
    if name is not None:
        with monkeypatch.context() as patch:
            patch.setattr(rekeying, name, dies(getattr(rekeying, name), moment))
            with pytest.raises(KeyboardInterrupt), alone_in(inbox.folder):
                pass
    found = [one.mend for one in verify(inbox.folder, lambda *_: None).damage if "a new key" in one.what]  # fmt: skip
    assert found == ["`cypp run` finishes it"]
    with pytest.raises(NotBackedUp, match="rekey"):
        back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)

    with alone_in(inbox.folder):
        pass

    _assert_led(inbox, before, tables)
    back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)


def test_backup_amid_a_rotation_is_refused(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = backup._write

    def meanwhile(*arguments: Any) -> None:
        original(*arguments)
        _rekey(inbox.folder)

    monkeypatch.setattr(backup, "_write", meanwhile)
    with pytest.raises(NotBackedUp, match="rekey"):
        back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    assert list(tmp_path.glob("backup*")) == []


# ---------------------------------------------------------------- refused; the old key


def test_backup_of_before_is_restored_with_the_key_that_is_in_it(
    inbox: Inbox, tmp_path: Path
) -> None:
    secret = _secret(inbox.folder)
    back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    _rekey(inbox.folder)

    elsewhere = DataFolder(tmp_path / "elsewhere")
    restore(elsewhere, tmp_path / "backup", None, "Bea")
    with alone_in(elsewhere) as ledger:
        assert load_secret(elsewhere, ledger)[0].hex() == _secret(elsewhere) == secret

    (inbox.folder.restricted / "hmac.key").write_text(secret)
    with pytest.raises(KeyFileError, match="a key from before a `cypp rekey`: put back the newest one"), alone_in(inbox.folder):  # fmt: skip
        pass


def test_backup_of_after_gives_the_same_issues_when_all_is_read_again(
    inbox: Inbox, tmp_path: Path
) -> None:
    known = [one for one in _known(inbox.folder) if "annex_a" in one[0]]
    _rekey(inbox.folder)
    back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    elsewhere = DataFolder(tmp_path / "elsewhere")
    restore(elsewhere, tmp_path / "backup", None, "Bea")
    take_in_all(elsewhere, among=("annex_a",))
    assert _known(elsewhere) == known != []

    [firsts] = elsewhere.restricted.glob("first_keys.*")
    firsts.write_bytes(b"")
    with pytest.raises(KeyFileError, match="put back restricted/ from a backup"), alone_in(elsewhere):  # fmt: skip
        pass


def _damage_what_was_read(folder: DataFolder) -> None:
    [path] = (folder.raw / "annex_a" / "list_3").glob(f"{BARNET}.*")
    path.write_bytes(b"")


def _plan_a_purge(folder: DataFolder) -> None:
    Ledger(folder.ledger).record_purge("planned", {"purge_id": "p", "versions": []})


def _send_more(folder: DataFolder) -> None:
    write_mark(extracts.write_submission(folder.landing, BARNET, "annex_a", "2025-05"))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_damage_what_was_read, "is damaged or missing: `cypp run` first"), (_plan_a_purge, "`cypp purge` first"),
        (_send_more, f"landing/{BARNET}/annex_a/2025-05 is not taken in yet: `cypp run` first"),
    ],
)  # fmt: skip
def test_what_could_not_be_led_to_the_new_key_is_told_and_nothing_is_touched(
    inbox: Inbox, spoil: Callable[[DataFolder], None], told: str
) -> None:
    spoil(inbox.folder)
    before = inbox.state()
    ran = CliRunner().invoke(app, ["rekey", "--data-dir", str(inbox.folder.root)])
    assert (ran.exit_code, told in " ".join(ran.output.split())) == (2, True)
    assert inbox.state() == before
    with pytest.raises(ConfigurationError):
        _rekey(inbox.folder)
