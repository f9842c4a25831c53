"""A finished folder takes its place whole, on whichever file system, and whenever whoever puts it there is killed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration import durable
from orchestration.durable import put_folder
from tests.mounted import mount

FILES = {"a.csv": b"a", "b.csv": b"", ".mark": b"m", "within/c.csv": b"c" * 100_000}


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(params=["here", "on another file system"])
def places(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """A finished folder, and where it belongs."""
    finished, share = tmp_path / "work" / "finished", tmp_path / "share"
    _write(finished, FILES)
    share.mkdir()
    if request.param != "here":
        mount(monkeypatch, share)
    return finished, share / "area" / "2025-03"


@pytest.mark.parametrize("before", [None, {}, {"a.csv": b"other", "d.csv": b"d"}])
def test_folder_is_in_its_place_and_nowhere_else(
    places: tuple[Path, Path], before: dict[str, bytes] | None
) -> None:
    finished, target = places
    if before is not None:
        target.mkdir(parents=True)
        _write(target, before)
    put_folder(finished, target)
    assert _content(target) == FILES
    assert [*finished.parent.iterdir()] == []
    assert [*target.parent.iterdir()] == [target]


def test_other_errors_of_the_system_are_told(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    finished, target = places
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        put_folder(finished, target)
    assert _content(finished) == FILES


class Killed(BaseException):
    """As if the process had died: nothing catches it."""


# What changes something, and what half of it is.
STEPS: tuple[tuple[Any, str, Callable[..., object]], ...] = (
    (durable.shutil, "copyfile", lambda _, target: target.write_bytes(b"")),
    (durable.shutil, "rmtree", lambda folder, **_: _without_a_file(folder)),
    (durable, "sync_everything", lambda: None),
    (Path, "replace", lambda *_: None),
)


def _without_a_file(folder: Path) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:1]:
        path.unlink()


def _killed_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Die amid the nth of all steps."""
    calls = 0

    def stepping(original: Callable[..., object], half: Callable[..., object]) -> Any:
        def step(*arguments: Any, **named: Any) -> object:
            nonlocal calls
            calls += 1
            if calls != call:
                return original(*arguments, **named)
            half(*arguments, **named)
            raise Killed

        return step

    for owner, name, half in STEPS:
        monkeypatch.setattr(owner, name, stepping(getattr(owner, name), half))


def test_killed_at_any_step_it_is_whole_somewhere_and_put_there_by_the_next(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished, target = places
    for call in range(1, 100):
        shutil.rmtree(finished.parent)
        _write(finished, FILES)
        _write(target, {"a.csv": b"of before"})
        with monkeypatch.context() as patch:
            _killed_at(patch, call)
            try:
                put_folder(finished, target)
            except Killed:
                is_whole = [_content(place) == FILES for place in (finished, target)]
                assert any(is_whole)
                # A part of it is never taken for another.
                assert is_whole[0] or not finished.exists()
                assert [path for path in target.parent.glob("[!.]*") if path != target] == []
            else:
                break
        if finished.exists():
            put_folder(finished, target)
        assert _content(target) == FILES
        assert [*target.parent.iterdir()] == [target]
    assert 2 < call < 99
