"""What proves the files that readers see: their hashes in one small file, which `sha256sum --check` reads in the data folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.durable import digest_of

HASHES_FILE = "hashes.sha256"


def write_hashes(root: Path, place: Path, files: Iterable[Path]) -> None:
    """Write the hashes of the files into `place`; they are named from the data folder."""
    lines = [f"{digest_of(root / name)}  {name}\n" for name in _names(root, files)]
    (place / HASHES_FILE).write_text("".join(lines), encoding="utf-8")


def damaged(root: Path, place: Path, files: Iterable[Path]) -> list[str]:
    """Names of those that are missing, not as they were written, or not entered; `files`: what is there now."""
    entered = _entered(place / HASHES_FILE)
    if entered is None:
        return [(place / HASHES_FILE).relative_to(root).as_posix()]
    there = _names(root, files)
    return [
        name
        for name in sorted({*entered, *there})
        if name not in there or digest_of(root / name) != entered.get(name)
    ]


def _names(root: Path, files: Iterable[Path]) -> list[str]:
    own = (path for path in files if path.name != HASHES_FILE and path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in own)


def _entered(path: Path) -> Mapping[str, str] | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return found if "" not in found and found else None
