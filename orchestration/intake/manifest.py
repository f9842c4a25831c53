"""A sender's own list of what was sent, `_manifest.csv` (file, rows, sha256): a copy that stalled does not agree with it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestration.intake.findings import Finding
from orchestration.intake.names import Name, Received, shown_name

MANIFEST = "_manifest.csv"
COLUMNS = ("file", "rows", "sha256")
FIRST_LINE = 2


def disagreements(
    files: Mapping[Path, Received], n_rows: Mapping[Received, int]
) -> Iterator[Finding]:
    """What in a folder does not agree with its manifest; nothing where there is none.

    `files`: the name of each file. `n_rows`: by name, the rows that were read from it.
    """
    manifest = next((path for path in files if path.name == MANIFEST), None)
    if manifest is None:
        return
    listed = _listed(manifest)
    if listed is None:
        yield _fault(
            files[manifest],
            "the manifest cannot be read as a CSV with the columns file, rows, sha256",
        )
        return
    there = {path.name: path for path in files if path is not manifest}
    for number, name in enumerate(listed, start=FIRST_LINE):
        if name not in there:
            absent = Received("line", number, shown_name(name))
            yield _fault(files[manifest], "a file that the manifest lists is not there", absent)
    for name, path in there.items():
        if name not in listed:
            yield _fault(files[path], "the manifest does not list the file")
        else:
            yield from _of_file(path, *listed[name], files[path], n_rows)


def _of_file(
    path: Path, rows: str, digest: str, name: Received, n_rows: Mapping[Received, int]
) -> Iterator[Finding]:
    if digest and hashlib.sha256(path.read_bytes()).hexdigest() != digest.lower():
        yield _fault(name, "the file is not the one that the manifest lists: its SHA-256 differs")
    read = n_rows.get(name)
    if rows and read is not None and rows != str(read):
        said = rows if rows.isdecimal() else "something other than a number of"
        yield _fault(name, f"the manifest says {said} rows, {read} were read")


def _listed(manifest: Path) -> dict[str, tuple[str, str]] | None:
    """By file: how many rows it has, and its hash; either may be left empty."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                return None
            return {
                str(row["file"]): ((row["rows"] or "").strip(), (row["sha256"] or "").strip())
                for row in reader
            }
    except (UnicodeDecodeError, csv.Error):
        return None


def _fault(file: Received, message: str, *names: Name) -> Finding:
    return Finding(
        rule="MANIFEST",
        severity="reject",
        message=message,
        remedy="Copy the whole extract again, with its manifest last",
        file=file,
        names=names,
    )
