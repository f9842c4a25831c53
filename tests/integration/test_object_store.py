"""Archive and raw in an object store: read, kept, mended, moved, purged and backed up as in the data folder."""

from __future__ import annotations

import errno
import glob
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import s3fs

from orchestration.dagster.job import run_job
from orchestration.durable import content_of, files_below
from orchestration.intake.kept import archive
from orchestration.intake.kept.archive import BROUGHT, archived_files, in_archive, remove_brought
from orchestration.intake.kept.storage import NOTE, SIGN
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.recovery import alone_in
from orchestration.night.steps import today
from orchestration.object_store import StoreUnreachable
from orchestration.operator.status import current_status
from orchestration.settings import ConfigurationError, DataFolder, load_settings
from orchestration.upkeep import purge as purging
from orchestration.upkeep.backup import back_up
from orchestration.upkeep.purge import purge
from orchestration.upkeep.restore import restore
from orchestration.upkeep.verify import verify
from tests.extracts import BARNET
from tests.integration.inbox import Inbox, copied
from tests.nights import take_in_all
from tests.object_store import BUCKET, settings_of, store

SOURCES = ("annex_a", "ssda903")
pytestmark = pytest.mark.faults

ODD_NAME = "Annex A (final) #2? 100% é.xlsx"


@pytest.fixture(scope="module")
def bucket() -> Iterator[s3fs.S3FileSystem]:
    """A store for all tests of this file, each in a place of its own."""
    with store() as files:
        yield files


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Two submissions taken in, all in the data folder."""
    inbox = Inbox(tmp_path_factory.mktemp("here") / "data", SOURCES)
    workbook = inbox.place("annex_a") / "Annex A.xlsx"
    workbook.rename(workbook.with_name(ODD_NAME))
    return _night(inbox)


@pytest.fixture
def there(here: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path) -> Inbox:
    """A copy of a test's own, moved into the store."""
    inbox = copied(here, tmp_path / "data")
    _copy_into_store(bucket, inbox, tmp_path.name)
    return _night(Inbox(inbox.folder.root, (), settings_of(tmp_path.name)))


def _copy_into_store(bucket: s3fs.S3FileSystem, inbox: Inbox, place: str) -> None:
    """What an operator does with a tool of the store's own."""
    for name in ("archive", "raw"):
        for path in files_below(inbox.folder.root / name):
            within = path.relative_to(inbox.folder.root).as_posix()
            bucket.put_file(str(path), f"{BUCKET}/{place}/{within}")


def _night(inbox: Inbox) -> Inbox:
    """What a run does up to the taking-in."""
    with alone_in(inbox.folder):
        take_in_all(inbox.folder, among=SOURCES)
    return inbox


def _kept(inbox: Inbox) -> dict[str, bytes]:
    """Every file of archive and raw by its name."""
    places = (inbox.folder.archive, inbox.folder.tables)
    files = (path for place in places for path in files_below(place))
    return {inbox.folder.name_of(path): content_of(path) for path in files}


def _damage(inbox: Inbox) -> list[str]:
    return [found.what for found in verify(inbox.folder, lambda *_: None).damage]


def _without_days(inbox: Inbox) -> list[tuple[object, ...]]:
    """The versions that the ledger knows, without when each was received."""
    return [(*one.name, one.verdict) for one in Ledger(inbox.folder.ledger).versions()]


# ---------------------------------------------------------------- as in the data folder


def test_the_same_is_kept_in_the_store_as_in_the_data_folder(
    here: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    (root / "restricted").mkdir(parents=True)
    shutil.copy(here.folder.restricted / "hmac.key", root / "restricted" / "hmac.key")
    inbox = Inbox(root, (), settings_of(tmp_path.name))
    shutil.copytree(here.folder.landing, inbox.folder.landing, dirs_exist_ok=True)
    _night(inbox)
    assert (_kept(inbox), _without_days(inbox)) == (_kept(here), _without_days(here))
    assert any(name.endswith(ODD_NAME) for name in _kept(inbox))
    assert not [*(root / "archive").rglob("*"), *(root / "raw").rglob("*.parquet")]
    assert {name: inbox.tables()[name] for name in here.tables()} == here.tables()
    assert _damage(inbox) == []
    version = Ledger(inbox.folder.ledger).versions()[0]
    assert [path.name for path in archived_files(inbox.folder, version)] == [ODD_NAME]


def test_nothing_is_read_again_on_a_night_without_news(there: Inbox) -> None:
    before, events = _kept(there), Ledger(there.folder.ledger).counts()
    [*taken] = take_in_all(there.folder, among=SOURCES)
    assert not [one for one in taken if one.accepted or one.reread]
    assert (_kept(there), Ledger(there.folder.ledger).counts()) == (before, events)


# ---------------------------------------------------------------- damage


def _one(inbox: Inbox, bucket: s3fs.S3FileSystem, among: str) -> str:
    place = str(getattr(inbox.folder, among)).removeprefix("s3://")
    return max(name for name in bucket.find(place) if BARNET in name)


@pytest.mark.parametrize("among", ["archive", "tables"])
@pytest.mark.parametrize("how", ["lost", "flipped"])
def test_what_the_store_has_lost_or_changed_is_found_and_made_again(
    there: Inbox, bucket: s3fs.S3FileSystem, among: str, how: str
) -> None:
    before, name = _kept(there), _one(there, bucket, among)
    if how == "lost":
        bucket.rm(name)
    else:
        written = bytearray(bucket.cat_file(name))
        written[len(written) // 2] ^= 1
        bucket.pipe_file(name, bytes(written))
    assert len(_damage(there)) >= 1
    _night(there)
    assert (_damage(there), _kept(there)) == ([], before)


def test_without_landing_and_archive_a_damaged_table_is_lost_and_kept_aside(
    there: Inbox, bucket: s3fs.S3FileSystem
) -> None:
    for source in SOURCES:
        shutil.rmtree(there.place(source))
    name = _one(there, bucket, "tables")
    bucket.rm(str(there.folder.archive).removeprefix("s3://"), recursive=True)
    bucket.pipe_file(name, b"damaged")
    _night(there)
    aside = there.folder.work / "damaged"
    assert [path.read_bytes() for path in aside.rglob(Path(name).name)] == [b"damaged"]
    assert [what for what in _damage(there) if what.startswith("archive/")]


@pytest.mark.parametrize("name", [b"caf\xe9.xlsx", b"\xff\xfe.xlsx"])
def test_a_name_that_is_no_text_is_kept_and_brought_back(
    here: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path, name: bytes
) -> None:
    inbox = Inbox(tmp_path / "data", (), settings_of(tmp_path.name))
    shutil.copytree(here.folder.landing, inbox.folder.landing, dirs_exist_ok=True)
    [workbook] = inbox.folder.landing.rglob(glob.escape(ODD_NAME))
    workbook.rename(workbook.with_name(os.fsdecode(name)))
    _night(inbox)
    assert len(_without_days(inbox)) == len(_without_days(here))
    for version in Ledger(inbox.folder.ledger).versions():
        assert archived_files(inbox.folder, version)
    assert _damage(inbox) == []


def test_nothing_is_brought_here_to_see_whether_all_is_whole(there: Inbox) -> None:
    with alone_in(there.folder):
        take_in_all(there.folder, among=SOURCES)
        assert not list((there.folder.work / "archive").rglob("*"))
    assert _damage(there) == []
    assert not list((there.folder.work / "archive").rglob("*"))


def test_a_full_disk_of_this_machine_is_not_blamed_on_the_store(
    there: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(there.folder.work))

    version = Ledger(there.folder.ledger).versions()[0]
    monkeypatch.setattr(there.folder.archive.fs, "get_file", full)
    with pytest.raises(NothingPublished, match="No space left on device"), told_in_words():
        archived_files(there.folder, version)


def test_a_bucket_that_is_not_there_is_named(bucket: s3fs.S3FileSystem, tmp_path: Path) -> None:
    settings = settings_of("x").replace(BUCKET, "nowhere")
    inbox = Inbox(tmp_path / "data", SOURCES, settings)
    with pytest.raises(NothingPublished, match=r"does not answer.*s3://nowhere"), told_in_words():
        _night(inbox)


def test_a_file_that_no_event_names_goes(there: Inbox, bucket: s3fs.S3FileSystem) -> None:
    before = _kept(there)
    name = f"{Path(_one(there, bucket, 'tables')).parent}/{BARNET}.{'0' * 64}.parquet"
    bucket.pipe_file(name, b"of a run that was killed")
    assert any("is not in the ledger" in what for what in _damage(there))
    _night(there)
    assert _kept(there) == before


# ---------------------------------------------------------------- moves


def test_a_move_begins_with_the_files_and_leaves_none_behind(
    here: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    inbox = copied(here, tmp_path / "data")
    before = _kept(inbox)
    moved = Inbox(inbox.folder.root, (), settings_of(tmp_path.name))
    with pytest.raises(ConfigurationError, match="copy archive/ and raw/"), alone_in(moved.folder):
        pass
    assert files_below(inbox.folder.root / "archive")
    _copy_into_store(bucket, inbox, tmp_path.name)
    name = _one(moved, bucket, "tables")
    bucket.pipe_file(name, b"cut short")
    with pytest.raises(ConfigurationError, match="1 of the files"), alone_in(moved.folder):
        pass
    _copy_into_store(bucket, inbox, tmp_path.name)
    _night(moved)
    assert _kept(moved) == before
    assert not [*files_below(inbox.folder.root / "archive"), *(inbox.folder.raw).rglob("*.parquet")]


def test_the_way_back_is_a_move_too(
    there: Inbox, bucket: s3fs.S3FileSystem, caplog: pytest.LogCaptureFixture
) -> None:
    before = _kept(there)
    back = Inbox(there.folder.root, ())
    with pytest.raises(ConfigurationError, match="copy archive/ and raw/"), alone_in(back.folder):
        pass
    for name, content in before.items():
        (back.folder.root / name).parent.mkdir(parents=True, exist_ok=True)
        (back.folder.root / name).write_bytes(content)
    _night(back)
    assert (_kept(back), _damage(back)) == (before, [])
    assert "is no longer in use" in caplog.text


def test_two_data_folders_do_not_share_a_place(there: Inbox, tmp_path: Path) -> None:
    before = _kept(there)
    other = Inbox(tmp_path / "other", SOURCES, settings_of(tmp_path.name))
    with pytest.raises(ConfigurationError, match="belongs to another data folder"):
        _night(other)
    (there.folder.root / NOTE).write_bytes(b"\x00 not a note")
    with pytest.raises(ConfigurationError, match="belongs to another data folder"):
        _night(there)
    assert _kept(there) == before


@pytest.mark.parametrize("within", ["", "/archive/more"])
def test_an_address_around_or_within_another_data_folders_is_refused(
    there: Inbox, tmp_path: Path, within: str
) -> None:
    before = _kept(there)
    address = f"s3://{BUCKET}/{tmp_path.name}{within}"
    other = Inbox(tmp_path / "other", SOURCES, f'[storage]\narchive = "{address}"\n')
    with pytest.raises(ConfigurationError, match="of another data folder"):
        _night(other)
    assert _kept(there) == before


def test_a_start_that_was_killed_before_the_store_had_its_sign_goes_on(
    there: Inbox,
) -> None:
    before, note = _kept(there), (there.folder.root / NOTE).read_bytes()
    for place in (there.folder.archive, there.folder.tables):
        place.with_name(f"{place.name}{SIGN}").unlink()
    _night(there)
    assert (_kept(there), (there.folder.root / NOTE).read_bytes()) == (before, note)
    other = Inbox(
        there.folder.root.parent / "other", SOURCES, settings_of(there.folder.root.parent.name)
    )
    with pytest.raises(ConfigurationError, match="belongs to another data folder"):
        _night(other)


def test_a_restore_forgets_where_files_were_before_it(there: Inbox, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "backup", DataFolder(tmp_path / "elsewhere")
    back_up(there.folder, file, None, "Ada", lambda *_: None)
    elsewhere.root.mkdir()
    (elsewhere.root / NOTE).write_bytes((there.folder.root / NOTE).read_bytes())
    restore(elsewhere, file, None, "Bea")
    with pytest.raises(ConfigurationError, match="belongs to another data folder"):
        _night(Inbox(elsewhere.root, (), settings_of(tmp_path.name)))
    assert files_below(elsewhere.root / "archive")


def test_areas_of_a_region_have_places_of_their_own(tmp_path: Path) -> None:
    for area in ("E09000003", "E09000007"):
        root = tmp_path / "areas" / area
        root.mkdir(parents=True)
        (root / "settings.toml").write_text(settings_of("region"))
        assert str(DataFolder(root).archive) == f"s3://{BUCKET}/region/archive/{area}"


# ---------------------------------------------------------------- upkeep


def test_a_purge_leaves_nothing_of_an_extract_in_the_store(
    there: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = '[retention.ssda903]\nmonths = 1\napprover = "Ada"\n'
    settings = there.folder.root / "settings.toml"
    settings.write_text(f"{settings.read_text()}{rule}")
    monkeypatch.setattr(purging, "run_job", lambda folder, *_: take_in_all(folder, among=SOURCES))
    certificate = purge(
        there.folder, load_settings(there.folder.root), "Bea", date(2030, 1, 1), lambda *_: None
    )
    assert certificate is not None
    assert "former versions of objects" in json.loads(certificate.read_bytes())["not_removed_from"]
    kept = [name for name in _kept(there) if "ssda903" in name]
    rows = [row for name, rows in there.tables().items() if "ssda903/" in name for row in rows]
    assert (kept and [name for name in kept if name.startswith("archive/")], rows) == ([], [])
    assert {name[1] for name in in_archive(there.folder)} == {"annex_a"}
    assert not list((there.folder.work / "archive").rglob("*.csv"))


def test_a_backup_is_put_back_into_the_data_folder_and_leaves_the_store_alone(
    there: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    before, file, elsewhere = _kept(there), tmp_path / "backup", DataFolder(tmp_path / "elsewhere")
    back_up(there.folder, file, None, "Ada", lambda *_: None)
    restore(elsewhere, file, None, "Bea")
    archive = {name: content for name, content in before.items() if name.startswith("archive/")}
    put_back = {
        path.relative_to(elsewhere.root).as_posix(): content_of(path)
        for path in files_below(elsewhere.root / "archive")
    }
    assert put_back == archive
    # Its settings still name the store in use.
    with pytest.raises(ConfigurationError, match="belongs to another data folder"):
        _night(Inbox(elsewhere.root, (), settings_of(tmp_path.name)))
    _night(Inbox(elsewhere.root, ()))
    assert (_kept(there), _damage(there)) == (before, [])
    assert _kept(Inbox(elsewhere.root, ())) == before


def _brought(folder: DataFolder) -> dict[str, tuple[int, int]]:
    """The copies that a night reads, and which files they are."""
    files = (path for path in (folder.work / BROUGHT).rglob("*") if path.is_file())
    return {str(path): (path.stat().st_ino, path.stat().st_ctime_ns) for path in files}


@pytest.mark.parametrize("lost", [False, True], ids=["whole", "a copy lost"])
def test_a_backup_leaves_the_copies_alone_that_a_night_reads(
    there: Inbox, bucket: s3fs.S3FileSystem, tmp_path: Path, lost: bool
) -> None:
    (there.place("ssda903") / "episodes.csv").write_bytes(b"")
    _night(there)
    if lost:
        shutil.rmtree(there.place("annex_a"))
        [name] = bucket.find(f"{BUCKET}/{tmp_path.name}/archive/{BARNET}/annex_a")
        bucket.rm(name)
    back_up(there.folder, tmp_path / "backup0", None, "Ada", lambda *_: None)
    assert _brought(there.folder) == {}

    for version in Ledger(there.folder.ledger).versions():
        archived_files(there.folder, version)
    before = _brought(there.folder)
    found = back_up(there.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    assert before != {}
    assert _brought(there.folder) == before
    assert [line.partition(":")[0] for line in found.told] == [f"{BARNET}/annex_a/2025-03"] * lost


def test_a_night_that_ends_takes_nothing_from_under_a_backup(
    there: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of what landing holds no copy is looked for.
    shutil.rmtree(there.place("annex_a"))
    original = archive.version_of

    def read_as_a_night_ends(files: tuple[Path, ...]) -> str:
        remove_brought(there.folder)
        return original(files)

    monkeypatch.setattr(archive, "version_of", read_as_a_night_ends)
    found = back_up(there.folder, tmp_path / "backup", None, "Ada", lambda *_: None)
    assert {path.name for path in found.files} >= {ODD_NAME, "episodes.csv"}


# ---------------------------------------------------------------- what cannot be used


def _nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def _no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize("spoil", [_nobody_answers, _no_access])
def test_a_store_that_cannot_be_reached_stops_a_run_in_a_sentence(
    there: Inbox, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pytest.MonkeyPatch], None]
) -> None:
    folder = DataFolder(there.folder.root)
    s3fs.S3FileSystem.clear_instance_cache()
    spoil(monkeypatch)
    with (
        pytest.raises(NothingPublished, match="object store does not answer") as told,
        told_in_words(),
        alone_in(folder),
    ):
        pass
    assert (ODD_NAME in str(told.value), "SYN" in str(told.value)) == (False, False)
    with pytest.raises(StoreUnreachable):
        verify(folder, lambda *_: None)
    with pytest.raises(NothingPublished, match="object store does not answer"):
        run_job(folder, today(), lambda *_: None)
    status = current_status(folder)
    assert status.last_run is not None
    assert (status.last_run["status"], "object store" in status.last_run["reason"]) == (
        "failed", True,
    )  # fmt: skip
    assert any("object store does not answer" in one for one in status.obstacles)
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize(
    "line",
    [
        'raw = "/srv/raw"',
        'raw = "s3://key:secret@bucket/x"',
        'archive = "s3://bucket/a/"',
        'cooked = "s3://b/c"',
        'archive = "s3://b/c"\nraw = "s3://b/c"',
        'archive = "s3://b/c/archive"\nraw = "s3://b/c"',
        'archive = "s3://b/c"\nraw = "s3://b/c/raw"',
    ],
)
def test_addresses_that_cannot_be_used_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.toml").write_text(f"[storage]\n{line}\n")
    with pytest.raises(ConfigurationError, match="storage"):
        load_settings(tmp_path)


def test_spark_and_a_store_are_not_used_together(tmp_path: Path, bucket: s3fs.S3FileSystem) -> None:
    inbox = Inbox(tmp_path / "data", (), f'[engine]\nname = "spark"\n{settings_of("spark")}')
    with pytest.raises(ConfigurationError, match="Spark reads raw"), alone_in(inbox.folder):
        pass
