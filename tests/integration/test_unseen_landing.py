"""Nothing is certified as removed from a landing into which nobody could look, and what a purge has emptied is empty."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest

from orchestration.intake import landing
from orchestration.intake.landing import landing_state, scan
from orchestration.ledger.ledger import Ledger
from orchestration.night import steps, unchanged
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.recovery import alone_in
from orchestration.night.steps import Request
from orchestration.settings import ConfigurationError, DataFolder, load_settings
from orchestration.upkeep import purge as purging
from orchestration.upkeep.forget import forget, look_for
from orchestration.upkeep.purge import purge
from orchestration.upkeep.rebuild import rebuild
from orchestration.upkeep.rekey import rekey
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.integration.inbox import Inbox, copied
from tests.integration.test_purge import dies
from tests.nights import AT_ONCE, take_in_all

SOURCES = ("annex_a", "ssda903")
TODAY, LATER = date(2025, 4, 10), date(2030, 1, 1)
RULES = "".join(f'[retention.{source}]\nmonths = 3\napprover = "Ada"\n' for source in SOURCES)
OLD = (BARNET, "annex_a", "2024-12")
CHILD = extracts.children(BARNET)[4].id


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """Extracts of two authorities taken in, of which one is due."""
    inbox = Inbox(tmp_path_factory.mktemp("whole") / "data", SOURCES)
    for place in (OLD, (CAMDEN, "annex_a", "2025-03")):
        extracts.write_submission(inbox.folder.landing, *place)
    take_in_all(inbox.folder, among=SOURCES)
    unchanged.remember_taken(inbox.folder, landing_state(inbox.folder.landing))
    return inbox


@pytest.fixture
def folder(taken_in: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A copy of a test's own; of a run only the taking-in is needed here."""
    folder = copied(taken_in, tmp_path / "data").folder
    (folder.root / "settings.toml").write_text(f"[quiet]\nseconds = 0\n{RULES}")
    monkeypatch.setattr(purging, "run_job", lambda folder, *_: take_in_all(folder, among=SOURCES))
    # A copy of the files has other times.
    unchanged.remember_taken(folder, landing_state(folder.landing))
    return folder


def _purge(folder: DataFolder, today: date = TODAY) -> Path | None:
    return purge(folder, load_settings(folder.root), "Bea", today, lambda *_: None)


def _forget(folder: DataFolder) -> Path | None:
    return forget(folder, BARNET, CHILD, "Bea", TODAY, lambda *_: None)


def _would_forget(folder: DataFolder) -> object:
    with alone_in(folder) as ledger:
        return look_for(folder, ledger, BARNET, CHILD, lambda *_: None)


def _rekey(folder: DataFolder) -> object:
    return rekey(folder, "Bea", lambda *_: None)


# ---------------------------------------------------------------- what nobody can look into


@contextmanager
def _away(folder: DataFolder) -> Iterator[None]:
    share = folder.root.with_name("share")
    folder.landing.rename(share)
    yield
    share.rename(folder.landing)


@contextmanager
def _not_mounted(folder: DataFolder) -> Iterator[None]:
    with _away(folder):
        folder.landing.mkdir()
        yield
        folder.landing.rmdir()


def _closed(*within: str) -> Callable[[DataFolder], AbstractContextManager[None]]:
    @contextmanager
    def close(folder: DataFolder) -> Iterator[None]:
        closed, original = folder.landing.joinpath(*within), Path.iterdir

        def iterdir(self: Path) -> Iterator[Path]:
            if self == closed:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
            return original(self)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "iterdir", iterdir)
            yield

    return close


def _being_written(*within: str) -> Callable[[DataFolder], AbstractContextManager[None]]:
    @contextmanager
    def grow(folder: DataFolder) -> Iterator[None]:
        path = folder.landing.joinpath(*within, "more.csv")

        def pass_time(_: float) -> None:
            path.write_bytes(path.read_bytes() + b"more" if path.exists() else b"more")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(landing.time, "sleep", pass_time)
            yield
        path.unlink(missing_ok=True)

    return grow


UNSEEN = {
    "not there": (_away, "is its share mounted?"),
    "not mounted": (_not_mounted, "is empty, though it held extracts when it was last looked at"),
    "month closed": (_closed(*OLD), f"folder 1 of {BARNET}/annex_a: the folder cannot be opened"),
    "source closed": (_closed(*OLD[:2]), f"folder 1 of {BARNET}: the folder cannot be opened"),
    "another source closed": (_closed(BARNET, "ssda903"), f"folder 2 of {BARNET}: the folder cannot"),
    "an area closed": (_closed(CAMDEN), "folder 2 of landing: the folder cannot be opened"),
    "written": (_being_written(*OLD), f"file 2 of {'/'.join(OLD)}: the file is still being written"),
}  # fmt: skip


@pytest.mark.parametrize("act", [_purge, _forget, _would_forget, _rekey])
@pytest.mark.parametrize(("unsee", "told"), UNSEEN.values(), ids=UNSEEN)
def test_nothing_is_begun_where_landing_cannot_be_looked_into(
    folder: DataFolder,
    unsee: Callable[[DataFolder], AbstractContextManager[None]],
    told: str,
    act: Callable[[DataFolder], object],
) -> None:
    before, landed = _state(folder), landing_state(folder.landing)
    with unsee(folder), pytest.raises(ConfigurationError, match=r"try again|run --force") as raised:
        act(folder)
    assert told in str(raised.value)
    assert (_state(folder), landing_state(folder.landing)) == (before, landed)
    assert act(folder) is not None


def _state(folder: DataFolder) -> dict[str, bytes]:
    """Every file but locks, and what landing holds."""
    files = (path for path in folder.root.rglob("*") if path.is_file() and "lock" not in path.name)
    return {path.relative_to(folder.root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("act", [_purge, _forget, _would_forget])
@pytest.mark.parametrize(
    "unsee",
    [_closed(CAMDEN, "annex_a"), _being_written(CAMDEN, "annex_a", "2025-03")],
    ids=["closed", "written"],
)
def test_what_another_area_has_in_landing_stops_nobody(
    folder: DataFolder,
    unsee: Callable[[DataFolder], AbstractContextManager[None]],
    act: Callable[[DataFolder], object],
) -> None:
    with unsee(folder):
        assert act(folder) is not None


# What goes first is not there any more to be closed or written.
OF_WHAT_GOES = ("month closed", "written")
TAKEN_UP = {
    f"{name}, before {point}": (point, *case)
    for point in ("remove_versions", "put_redacted")
    for name, case in UNSEEN.items()
    if point == "remove_versions" or name not in OF_WHAT_GOES
}


@pytest.mark.parametrize(("point", "unsee", "told"), TAKEN_UP.values(), ids=TAKEN_UP)
def test_nothing_planned_is_gone_on_with_where_landing_cannot_be_looked_into(
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    unsee: Callable[[DataFolder], AbstractContextManager[None]],
    told: str,
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(purging, point, dies(getattr(purging, point), "before"))
        _purge(folder)
    before = _state(folder)
    with unsee(folder), pytest.raises(ConfigurationError) as raised:
        _purge(folder)
    assert told in str(raised.value)
    assert _state(folder) == before
    assert _purge(folder) is not None
    assert not folder.landing.joinpath(*OLD).exists()


@pytest.mark.parametrize(("unsee", "told"), UNSEEN.values(), ids=UNSEEN)
def test_nothing_is_certified_that_could_not_be_looked_for_in_the_end(
    folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    unsee: Callable[[DataFolder], AbstractContextManager[None]],
    told: str,
) -> None:
    place, away = folder.landing.joinpath(*OLD), unsee(folder)
    again = shutil.copytree(place, folder.root.with_name("again"))

    def night(folder: DataFolder, *_: object) -> None:
        take_in_all(folder, among=SOURCES)
        # The extract comes back while the night works, and nobody can see it.
        shutil.copytree(again, place)
        away.__enter__()

    with monkeypatch.context() as patch, pytest.raises(NothingPublished) as raised:
        patch.setattr(purging, "run_job", night)
        _purge(folder)
    away.__exit__(None, None, None)
    assert told in str(raised.value)
    assert Ledger(folder.ledger).open_purge() is not None
    assert not (folder.ledger / "certificates").exists()
    assert _purge(folder) is not None
    assert not place.exists()


# ---------------------------------------------------------------- runs that are asked for in any case


@pytest.mark.parametrize("unsee", [_away, _not_mounted])
def test_rebuild_removes_nothing_where_landing_looks_like_a_share_that_is_offline(
    folder: DataFolder, unsee: Callable[[DataFolder], AbstractContextManager[None]]
) -> None:
    before = _state(folder)
    with unsee(folder), pytest.raises(NothingPublished, match="is its share mounted"):
        rebuild(folder, Request(TODAY), lambda *_: None)
    assert _state(folder) == before


@pytest.mark.parametrize("point", [None, "put_redacted", "run_job", "_certify"])
def test_landing_that_a_purge_has_emptied_is_an_empty_one(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, point: str | None
) -> None:
    if point is not None:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(purging, point, dies(getattr(purging, point), "before"))
            _purge(folder, LATER)
    assert _purge(folder, LATER) is not None
    assert (scan(folder.landing, 0).submissions, unchanged.taken_state(folder)) == ((), "empty")
    with told_in_words():
        assert steps.look_at_landing(folder, AT_ONCE).submissions == ()
