"""What was read is in few files, one per table and area, that the ledger names; they are replaced, never written over."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from orchestration.intake import submissions, to_read
from orchestration.intake.kept import partitions
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.made_tables import extractions_table, raw_table
from orchestration.intake.kept.partitions import Change, Partition, changed, enter, partitions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps
from orchestration.night.errors import NothingPublished
from orchestration.night.recovery import alone_in
from orchestration.settings import DataFolder
from orchestration.upkeep.verify import verify
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.integration.inbox import Inbox, copied
from tests.integration.test_purge import dies
from tests.nights import take_in_all

SOURCES = ("annex_a", "attendance")
LIST_3 = raw_table("annex_a", "list_3")
MONTHS = ("2025-01", "2025-02", "2025-03")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two months of two areas; tests copy it."""
    inbox = Inbox(tmp_path_factory.mktemp("whole") / "data", ())
    for area in (BARNET, CAMDEN):
        for month in MONTHS[:2]:
            extracts.write_submission(inbox.folder.landing, area, "annex_a", month)
    take_in_all(inbox.folder, among=SOURCES)
    return inbox


@pytest.fixture
def inbox(taken_in: Inbox, tmp_path: Path) -> Inbox:
    """A copy of a test's own."""
    return copied(taken_in, tmp_path / "data")


def _send(inbox: Inbox, area: str, month: str) -> None:
    extracts.write_submission(inbox.folder.landing, area, "annex_a", month)


def _take_in(inbox: Inbox) -> None:
    take_in_all(inbox.folder, among=SOURCES)


def _partitions(folder: DataFolder) -> dict[str, Partition]:
    """The partitions of the lists by area."""
    found = partitions_of(folder, Ledger(folder.ledger), "annex_a")
    return {one.area_code: one for one in found}


def _files(folder: DataFolder) -> set[Path]:
    return {path for root in partitions.ROOTS for path in (folder.root / root).rglob("*.parquet")}


def _named(folder: DataFolder) -> set[Path]:
    return {path for one in partitions_of(folder, Ledger(folder.ledger)) for path in one.paths()}


def test_there_is_one_file_per_table_and_area_however_many_months_come(inbox: Inbox) -> None:
    before = _files(inbox.folder)
    _send(inbox, BARNET, MONTHS[2])
    _take_in(inbox)
    after = _files(inbox.folder)
    assert after == _named(inbox.folder)
    assert set(Counter((path.parent, path.name[:9]) for path in after).values()) == {1}
    assert len(after) == len(before)
    # The other area's files are those of before, and so is every table that nobody has sent.
    assert {path for path in before if BARNET not in path.name} <= after
    assert len({row["submission_id"] for row in inbox.tables()[f"{LIST_3}/{BARNET}"]}) == 3


def test_files_are_the_same_in_whatever_order_extracts_arrive(inbox: Inbox, tmp_path: Path) -> None:
    found = []
    for place, (first, second) in enumerate(permutations(((BARNET, MONTHS[2]), (CAMDEN, MONTHS[2])))):  # fmt: skip
        one = copied(inbox, tmp_path / str(place))
        for sent in (first, second):
            _send(one, *sent)
            _take_in(one)
        found.append({path.relative_to(one.folder.root) for path in _files(one.folder)})
    assert found[0] == found[1]


def test_who_reads_a_file_goes_on_reading_it_while_another_takes_its_place(inbox: Inbox) -> None:
    path = _partitions(inbox.folder)[BARNET].path(LIST_3)
    content = path.read_bytes()
    with path.open("rb") as reader:
        _send(inbox, BARNET, MONTHS[2])
        _take_in(inbox)
        assert (reader.read(), path.exists()) == (content, False)


POINTS = [(submissions, "enter", "before"), (partitions, "remove", "before"), (submissions, "_record", "before"),
          (submissions, "archive_folder", "before"), (partitions, "_put", "after")]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "moment"), POINTS)
def test_killed_taking_in_leaves_nothing_that_is_believed(
    inbox: Inbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    moment: str,
) -> None:
    _send(inbox, BARNET, MONTHS[2])
    undisturbed = copied(inbox, tmp_path / "undisturbed")
    _take_in(undisturbed)
    known = {id_of_version(one) for one in Ledger(inbox.folder.ledger).versions()}
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies(getattr(owner, name), moment))
        with pytest.raises(KeyboardInterrupt):
            _take_in(inbox)
    assert {id_of_version(one) for one in Ledger(inbox.folder.ledger).versions()} == known

    _take_in(inbox)

    assert inbox.tables() == undisturbed.tables()
    assert _files(inbox.folder) == _named(inbox.folder)
    assert verify(inbox.folder, lambda *_: None).damage == []


def test_killed_before_its_extract_is_known_and_never_sent_again_counts_for_nothing(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inbox.tables()
    _send(inbox, BARNET, MONTHS[2])
    with monkeypatch.context() as patch:
        patch.setattr(submissions, "_record", dies(submissions._record, "before"))
        with pytest.raises(KeyboardInterrupt):
            _take_in(inbox)
    assert inbox.tables() != before
    shutil.rmtree(inbox.folder.landing / BARNET / "annex_a" / MONTHS[2])
    _take_in(inbox)
    assert inbox.tables() == before


@pytest.mark.parametrize("loss", [Path.unlink, lambda path: path.write_bytes(b"PAR1")], ids=["lost", "damaged"])  # fmt: skip
def test_damage_to_one_area_leaves_the_other_alone(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, loss: Callable[[Path], object]
) -> None:
    before, read = _files(inbox.folder), []
    loss(_partitions(inbox.folder)[CAMDEN].path(LIST_3))
    original = submissions._settle

    def settle(*arguments: Any) -> None:
        read.extend(job.landed.name[:3] for job, _ in arguments[-1])
        original(*arguments)

    monkeypatch.setattr(submissions, "_settle", settle)
    _take_in(inbox)
    assert set(read) == {(CAMDEN, "annex_a", month) for month in MONTHS[:2]}
    assert _files(inbox.folder) == before


def test_file_that_is_not_the_ledgers_stops_the_run_before_dbt_reads_it(inbox: Inbox) -> None:
    folder = inbox.folder
    path = _partitions(folder)[BARNET].path(LIST_3)
    steps._refuse_other_files(folder, Ledger(folder.ledger))
    stray = Path(shutil.copyfile(path, path.with_name(f"{BARNET}.stray.parquet")))
    with pytest.raises(NothingPublished, match=f"{LIST_3}/{BARNET}.stray.parquet has come or gone"):
        steps._refuse_other_files(folder, Ledger(folder.ledger))
    assert f"{LIST_3}/{stray.name} is not in the ledger" in [one.what for one in verify(folder, lambda *_: None).damage]  # fmt: skip
    _take_in(inbox)
    steps._refuse_other_files(folder, Ledger(folder.ledger))
    path.unlink()
    with pytest.raises(NothingPublished, match="has come or gone"):
        steps._refuse_other_files(folder, Ledger(folder.ledger))


def test_rows_that_nothing_can_make_again_get_the_columns_of_the_present_contract(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ledger = inbox.folder, Ledger(inbox.folder.ledger)
    partition, before = _partitions(folder)[BARNET], inbox.tables()
    rows = partition.rows(LIST_3)
    assert rows is not None
    earlier = rows.drop_columns(["ethnicity_code"]).append_column("since_left_out", rows["row_id"])
    older = changed(partition, (), {LIST_3: [earlier]}, {LIST_3: earlier.schema})
    enter(ledger, [Change(partition, {**partition.files, **older.files})])
    for place in (folder.landing, folder.archive):
        shutil.rmtree(place / BARNET / "annex_a")
    monkeypatch.setattr(to_read, "fingerprint", lambda _: "of other code")

    _take_in(inbox)

    after = inbox.tables()
    name = f"{LIST_3}/{BARNET}"
    assert after[name] == [row | {"ethnicity_code": None} for row in before[name]]
    said = f"{extractions_table('annex_a')}/{CAMDEN}"
    kept = extractions_of(folder, ledger)
    assert {kept[str(row["submission_id"])].fingerprint for row in after[said]} == {"of other code"}


# ---------------------------------------------------------------- a data folder of version 0.2


def _as_in_0_2(inbox: Inbox) -> list[Path]:
    """Files of a version's own in place of the tables."""
    folder, ledger = inbox.folder, Ledger(inbox.folder.ledger)
    enter(ledger, [Change(one, {}) for one in partitions_of(folder, ledger)])
    names = (f"raw/annex_a/{BARNET}/2025-01/{'0' * 32}/list_3.parquet", f"quality/results/{'0' * 16}.parquet",
             f"quality/issues/{'0' * 16}.parquet", f"quality/set_aside/{'0' * 16}/list_3.parquet",
             f"restricted/identifiers/{'0' * 16}.parquet", f"restricted/findings/{'0' * 16}.json")  # fmt: skip
    return [extracts.write_bytes(folder.root / name, b"rows of children") for name in names]


@pytest.mark.parametrize("is_lost", [False, True], ids=["archived", "nothing else is left"])
def test_folder_of_version_0_2_is_read_again_from_the_archive(
    inbox: Inbox, caplog: pytest.LogCaptureFixture, is_lost: bool
) -> None:
    before, folder = inbox.tables(), inbox.folder
    former = _as_in_0_2(inbox)
    shutil.rmtree(folder.landing / BARNET)
    if is_lost:
        shutil.rmtree(folder.archive / BARNET)

    with alone_in(folder):
        _take_in(inbox)

    assert [path for path in former if path.exists()] == []
    assert "they are read again from archive/" in caplog.text
    aside = folder.work / "damaged"
    assert [(aside / path.relative_to(folder.root)).exists() for path in former] == [is_lost] * 6
    expected = {name: rows for name, rows in before.items() if not (is_lost and BARNET in name)}
    assert {name: rows for name, rows in inbox.tables().items() if rows} == {name: rows for name, rows in expected.items() if rows}  # fmt: skip
    assert _files(folder) == _named(folder)
