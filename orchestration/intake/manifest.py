"""A sender's own list of what was sent, `_manifest.csv` (file, rows, sha256): a copy that stalled does not agree with it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestration.intake.findings import Finding, shown_name

MANIFEST = "_manifest.csv"
COLUMNS = ("file", "rows", "sha256")


def disagreements(files: Sequence[Path], n_rows: Mapping[str, int]) -> Iterator[Finding]:
    """What in a folder does not agree with its manifest; nothing where there is none.

    `n_rows`: by the shown name of a file, the rows that were read from it.
    """
    manifest = next((path for path in files if path.name == MANIFEST), None)
    if manifest is None:
        return
    listed = _listed(manifest)
    if listed is None:
        yield _fault(
            manifest, "the manifest cannot be read as a CSV with the columns file, rows, sha256"
        )
        return
    there = {path.name: path for path in files if path is not manifest}
    for name in sorted(there.keys() | listed.keys()):
        if name not in there:
            yield _fault(
                manifest, f"a file that the manifest lists is not there: {shown_name(name)}"
            )
        elif name not in listed:
            yield _fault(there[name], "the manifest does not list the file")
        else:
            yield from _of_file(there[name], *listed[name], n_rows)


def _of_file(path: Path, rows: str, digest: str, n_rows: Mapping[str, int]) -> Iterator[Finding]:
    if digest and hashlib.sha256(path.read_bytes()).hexdigest() != digest.lower():
        yield _fault(path, "the file is not the one that the manifest lists: its SHA-256 differs")
    read = n_rows.get(shown_name(path.name))
    if rows and read is not None and rows != str(read):
        yield _fault(path, f"the manifest says {rows} rows, {read} were read")


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


def _fault(path: Path, message: str) -> Finding:
    return Finding(
        rule="MANIFEST",
        severity="reject",
        message=message,
        remedy="Copy the whole extract again, with its manifest last",
        file=shown_name(path.name),
    )
