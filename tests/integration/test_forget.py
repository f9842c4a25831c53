"""One child is forgotten in every extract and in all that was made of them; the others stay as they are."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from expectations.contract import contract_for
from orchestration import durable
from orchestration.cli import app
from orchestration.intake.kept.made_tables import raw_table
from orchestration.intake.landing import scan
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.settings import DataFolder, load_settings
from orchestration.upkeep import forget as forgetting
from orchestration.upkeep import purge as purging
from orchestration.upkeep.backup import back_up
from orchestration.upkeep.forget import forget
from orchestration.upkeep.purge import purge
from orchestration.upkeep.redact import NotRedacted, sought_in, without_child
from orchestration.upkeep.removal import REDACTED
from orchestration.upkeep.restore import restore
from orchestration.upkeep.verify import verify
from tests import extracts
from tests.extracts import BARNET
from tests.integration.inbox import Inbox, copied, filled
from tests.integration.test_purge import dies
from tests.mounted import mount
from tests.nights import take_in_all
from tests.story import copy_data

SOURCES = ("annex_a", "ssda903", "cin_census")
TODAY = date(2025, 4, 10)
CHILD, OTHER = (extracts.children(BARNET)[number].id for number in (4, 1))


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """A workbook, a set of CSVs and a return in XML, taken in; the workbook was sent twice."""
    return filled(tmp_path_factory.mktemp("whole") / "data", SOURCES)


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """A copy of a test's own; of a run only the taking-in is needed here."""
    monkeypatch.setattr(purging, "run_job", lambda folder, *_: take_in_all(folder, among=SOURCES))
    return copied(taken_in, tmp_path / "data")


def _forget(inbox: Inbox, child: str = CHILD) -> Path | None:
    return forget(inbox.folder, BARNET, child, "Bea", TODAY, lambda *_: None)


def _texts(path: Path, content: bytes) -> Iterator[bytes]:
    """What is in a file, packed or not."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from map(package.read, package.namelist())
    if path.suffix == ".parquet":
        yield repr(pq.read_table(path).to_pylist()).encode()


def _mentions(root: Path, word: str) -> set[str]:
    """Every file in which a word stands."""
    files = (path for path in root.rglob("*") if path.is_file() and "lock" not in path.name)
    return {
        path.relative_to(root).as_posix()
        for path in files
        if any(word.encode() in text for text in _texts(path, path.read_bytes()))
    }


def _rows(inbox: Inbox) -> dict[str, list[dict[str, Any]]]:
    """The loaded rows of every table, without what names a version or a place in a file."""
    found: dict[str, list[dict[str, Any]]] = {}
    newest = {version.source: version for version in Ledger(inbox.folder.ledger).versions()}
    left_out = {"submission_id", "row_id", "source_row"}
    for version in newest.values():
        for name in contract_for(version.source).tables:
            rows = inbox.rows(version, raw_table(version.source, name))
            found[f"{version.source}/{name}"] = [{k: v for k, v in row.items() if k not in left_out} for row in rows]  # fmt: skip
    return found


def _key_of(inbox: Inbox, child: str) -> set[str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select key from read_parquet($1) where identifier = $2",
            [str(inbox.folder.identifiers / "*" / "*.parquet"), child],
        ).fetchall()
    return {key for (key,) in rows}


@pytest.mark.parametrize(
    "child",
    [
        pytest.param(CHILD, id="in every return"),
        pytest.param(OTHER, id="in care", marks=pytest.mark.faults),
    ],
)
def test_child_is_in_no_file_any_more_and_the_others_are_as_they_were(
    inbox: Inbox, child: str
) -> None:
    before, keys = _rows(inbox), _key_of(inbox, child)
    assert {name.split("/")[0] for name in _mentions(inbox.folder.root, child)} >= {"landing", "archive", "restricted"}  # fmt: skip
    assert len(keys) == 1

    certificate = _forget(inbox, child)

    assert certificate is not None
    assert _mentions(inbox.folder.root, child) == set()
    assert not any(_mentions(inbox.folder.root, key) for key in keys)
    expected = {
        table: [row for row in rows if not keys & set(map(str, row.values()))]
        for table, rows in before.items()
    }
    assert _rows(inbox) == expected
    assert expected != before
    assert verify(inbox.folder, lambda *_: None).damage == []
    assert json.loads(certificate.read_text())["act"] == "forget"
    assert _forget(inbox, child) is None


def test_upn_names_the_same_child(inbox: Inbox, tmp_path: Path) -> None:
    header, *rows = extracts.ssda903(BARNET, extracts.month_end("2025-03"))["header"]
    [(child, upn), *_] = [(str(row[0]), str(row[header.index("UPN")])) for row in rows]
    again = Inbox(copy_data(inbox.folder.root, tmp_path / "again"), ())
    _forget(inbox, child)
    _forget(again, upn)
    assert _rows(again) == _rows(inbox)
    assert _mentions(again.folder.root, child) == _mentions(inbox.folder.root, upn) == set()


def test_version_that_serves_no_more_goes_whole(inbox: Inbox) -> None:
    [earlier] = [v for v in Ledger(inbox.folder.ledger).versions() if v.source == "annex_a"]
    sheets = extracts.annex_a(BARNET, extracts.month_end("2025-03"))
    sheets["List 1"] = sheets["List 1"][:-1]
    extracts.write_workbook(inbox.place("annex_a") / "Annex A.xlsx", sheets)
    take_in_all(inbox.folder, among=SOURCES)
    _forget(inbox)
    versions = [v for v in Ledger(inbox.folder.ledger).versions() if v.source == "annex_a"]
    assert len(versions) == 1
    assert earlier.version not in {version.version for version in versions}
    assert _mentions(inbox.folder.root, CHILD) == set()


def _command(inbox: Inbox, *options: str) -> tuple[int, str]:
    arguments = ["forget", BARNET, CHILD, "--data-dir", str(inbox.folder.root), *options]
    ran = CliRunner().invoke(app, arguments)
    return ran.exit_code, " ".join(ran.output.split())


def test_dry_run_says_where_and_changes_nothing(inbox: Inbox) -> None:
    before, events = inbox.state(), (inbox.folder.ledger / "ledger.sqlite3").read_bytes()
    status, said = _command(inbox, "--dry-run")
    assert (status, "3 extract(s) name the child, by 2 identifier(s)" in said) == (0, True)
    assert said.count("written anew without it") == 3
    assert CHILD not in said
    assert (inbox.state(), (inbox.folder.ledger / "ledger.sqlite3").read_bytes()) == (before, events)  # fmt: skip


def _note_in_another_sheet(inbox: Inbox) -> None:
    sheets = extracts.annex_a(BARNET, extracts.month_end("2025-03"))
    sheets["Notes"] = [["To do"], [f"ask about {CHILD} again"]]
    extracts.write_workbook(inbox.place("annex_a") / "Annex A.xlsx", sheets)
    take_in_all(inbox.folder, among=SOURCES)


def _newer_file_in_landing(inbox: Inbox) -> None:
    (inbox.place("ssda903") / "reviews.csv").write_bytes(b"")


def _lost_copy(inbox: Inbox) -> None:
    [copy] = inbox.folder.archive.glob("*/ssda903/*/*/episodes.csv")
    copy.write_bytes(b"CHILD\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_note_in_another_sheet, "annex_a/2025-03: a workbook names the child outside of the rows of its lists"),
     (_newer_file_in_landing, "ssda903/2025-03 was refused or is not taken in yet"),
     (_lost_copy, "ssda903/2025-03: its copy in archive/ is lost or damaged")],
)  # fmt: skip
def test_what_cannot_be_written_anew_stops_it_before_anything_goes(
    inbox: Inbox, spoil: Callable[[Inbox], None], said: str
) -> None:
    spoil(inbox)
    before = _mentions(inbox.folder.root, CHILD)
    status, told = _command(inbox)
    assert (status, said in told, CHILD in told) == (2, True, False)
    assert _mentions(inbox.folder.root, CHILD) == before


@pytest.mark.parametrize(
    ("owner", "name", "moment"),
    [(forgetting, "enter_plan", "before"), (purging, "remove_versions", "before"), (purging, "put_redacted", "before"),
     (purging, "put_redacted", "after"), (purging, "_certify", "before")],
)  # fmt: skip
def test_killed_forgetting_is_finished_by_the_next_purge(
    inbox: Inbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    moment: str,
) -> None:
    before = _rows(inbox)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies(getattr(owner, name), moment))
        with pytest.raises(KeyboardInterrupt):
            _forget(inbox)
    if (name, moment) == ("enter_plan", "before"):
        assert _rows(inbox) == before
        _forget(inbox)
    purge(inbox.folder, load_settings(inbox.folder.root), "Bea", TODAY, lambda *_: None)

    assert _mentions(inbox.folder.root, CHILD) == set()
    assert {version.source for version in Ledger(inbox.folder.ledger).versions()} == set(SOURCES)
    assert verify(inbox.folder, lambda *_: None).damage == []


# ---------------------------------------------------------------- landing on another file system


def _dies_at(call: int, original: Callable[..., Any]) -> Callable[..., Any]:
    calls = 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return original(*arguments, **named)

    return dying


def _half_gone(original: Callable[..., Any]) -> Callable[..., Any]:
    """A removal of the set of text files that dies amid it."""

    def removing(folder: Path, **named: Any) -> None:
        if folder.name.startswith(".") and (folder / "episodes.csv").exists():
            (folder / "episodes.csv").unlink()
            raise KeyboardInterrupt
        original(folder, **named)

    return removing


@pytest.mark.parametrize(
    ("owner", "name", "how"),
    [
        (None, "", None),
        (durable.shutil, "copyfile", lambda original: _dies_at(1, original)),
        (durable.shutil, "copyfile", lambda original: _dies_at(4, original)),
        (durable, "_emptied_neighbour", lambda original: _dies_at(2, original)),
        (durable, "_emptied_neighbour", lambda original: _dies_at(6, original)),
        (durable.shutil, "rmtree", _half_gone),
    ],
    ids=["not killed", "first file", "amid the copy", "before one is removed", "before the last is removed", "amid the removal"],
)  # fmt: skip
def test_copies_find_their_way_into_a_landing_on_another_file_system(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, how: Any
) -> None:
    undisturbed = Inbox(copy_data(inbox.folder.root, tmp_path / "undisturbed"), ())
    _forget(undisturbed)
    mount(monkeypatch, inbox.folder.landing)
    if owner is None:
        _forget(inbox)
    else:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(owner, name, how(getattr(owner, name)))
            _forget(inbox)
        assert scan(inbox.folder.landing, 0).findings == ()
        purge(inbox.folder, load_settings(inbox.folder.root), "Bea", TODAY, lambda *_: None)

    assert _files_in(inbox.folder.landing) == _files_in(undisturbed.folder.landing)
    assert _rows(inbox) == _rows(undisturbed)
    assert _mentions(inbox.folder.root, CHILD) == set()
    assert not (inbox.folder.restricted / REDACTED).exists()
    assert Ledger(inbox.folder.ledger).open_purge() is None
    assert verify(inbox.folder, lambda *_: None).damage == []


def _files_in(place: Path) -> dict[str, bytes]:
    """Every file by its name; of workbooks, in which a moment is kept, the parts."""
    files = (path for path in place.rglob("*") if path.is_file())
    return {
        path.relative_to(place).as_posix(): b"".join(list(_texts(path, path.read_bytes()))[1:])
        or path.read_bytes()
        for path in files
    }


# ---------------------------------------------------------------- something else where a copy belongs


def _one_more_file(place: Path) -> None:
    (place / "more.csv").write_bytes(b"CHILD\n1\n")


def _another_name(place: Path) -> None:
    (place / "reviews.csv").rename(place / "others.csv")


def _other_bytes(place: Path) -> None:
    (place / "reviews.csv").write_bytes(b"CHILD\n1\n")


def _one_file_alone(place: Path) -> None:
    for path in place.iterdir():
        path.unlink()
    _one_more_file(place)


def _killed_before_copies_are_put(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A forgetting that was killed once the extracts had gone; where the copies wait."""
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(purging, "put_redacted", dies(purging.put_redacted, "before"))
        _forget(inbox)
    [waiting] = (inbox.folder.restricted / REDACTED).iterdir()
    return waiting


@pytest.mark.parametrize("change", [_one_more_file, _another_name, _other_bytes, _one_file_alone])
def test_copy_is_kept_until_what_is_in_its_place_is_taken_away(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    waiting = _killed_before_copies_are_put(inbox, monkeypatch)
    own, place = waiting / BARNET / "ssda903" / "2025-03", inbox.place("ssda903")
    copies = _files_in(own)
    shutil.copytree(own, place)
    change(place)
    others = _files_in(place)

    for _ in range(2):
        with pytest.raises(NothingPublished, match=rf"landing/{BARNET}/ssda903/2025-03 holds other files .* purge again"):  # fmt: skip
            purge(inbox.folder, load_settings(inbox.folder.root), "Bea", TODAY, lambda *_: None)
        assert (_files_in(own), _files_in(place)) == (copies, others)
        assert Ledger(inbox.folder.ledger).open_purge() is not None

    place.rename(tmp_path / "aside")
    purge(inbox.folder, load_settings(inbox.folder.root), "Bea", TODAY, lambda *_: None)
    assert _files_in(place) == copies
    assert not (inbox.folder.restricted / REDACTED).exists()


@pytest.mark.parametrize("beside", [None, "Thumbs.db"])
def test_copy_that_is_in_its_place_already_is_put_there_no_more(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, beside: str | None
) -> None:
    waiting = _killed_before_copies_are_put(inbox, monkeypatch)
    own, place = waiting / BARNET / "ssda903" / "2025-03", inbox.place("ssda903")
    shutil.copytree(own, place)
    if beside is not None:
        (place / beside).touch()
    before = _files_in(place)
    purge(inbox.folder, load_settings(inbox.folder.root), "Bea", TODAY, lambda *_: None)
    assert _files_in(place) == before
    assert {one.source for one in Ledger(inbox.folder.ledger).versions()} == set(SOURCES)
    assert not (inbox.folder.restricted / REDACTED).exists()


# ---------------------------------------------------------------- files written anew


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n,;\"\t"), max_size=12)  # fmt: skip


@given(
    rows=st.lists(st.tuples(st.sampled_from(["A1", "a1 ", "B2", "A11"]), CELLS, CELLS), max_size=8),
    delimiter=st.sampled_from(",;\t"),
    title=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_text_keeps_every_other_row_as_it_is(
    rows: list[tuple[str, str, str]], delimiter: str, title: bool, encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:  # fmt: skip
    head = [["CHILD", "DOB", "REVIEW", "REVIEW_CODE"]]
    lines = [*([["An export"]] if title else []), *head, *([one, "", *rest] for one, *rest in rows)]
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(lines)
    path = tmp_path_factory.mktemp("text") / "reviews.csv"
    path.write_bytes(target.getvalue().encode(encoding))
    sought = sought_in(contract_for("ssda903"), frozenset({"A1"}))
    try:
        fresh = without_child(path, sought)
    except NotRedacted:
        return
    kept = [line for line in lines if line[0].strip().upper() != "A1"]
    if fresh is None:
        assert kept == lines
    else:
        assert (
            list(csv.reader(io.StringIO(fresh.decode(), newline=""), delimiter=delimiter)) == kept
        )


def test_backup_amid_a_forgetting_has_the_copies_that_take_the_place(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(purging, "put_redacted", dies(purging.put_redacted, "before"))
        with pytest.raises(KeyboardInterrupt):
            _forget(inbox)
    back_up(inbox.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    elsewhere = DataFolder(tmp_path / "elsewhere")
    restore(elsewhere, tmp_path / "backup", None, "Ada")
    for folder in (inbox.folder, elsewhere):
        purge(folder, load_settings(folder.root), "Bea", TODAY, lambda *_: None)
    assert _rows(Inbox(elsewhere.root, ())) == _rows(inbox)
    assert _mentions(elsewhere.root, CHILD) == set()
