"""A data folder with four good submissions, of which a test spoils one, and what the taking-in makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.intake.extract import Extraction
from orchestration.intake.findings import Finding
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.made_tables import raw_table
from orchestration.intake.kept.partitions import Partition, partition_of, partitions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.landing import scan
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.settings import DataFolder, load_settings
from tests import extracts
from tests.extracts import BARNET, Grid
from tests.nights import take_in_all
from tests.story import copy_data

MONTH = "2025-03"
AS_AT = extracts.month_end(MONTH)
AREAS = {"annex_a": BARNET, "ssda903": BARNET, "cin_census": BARNET, "population": "national"}
# What stands in the invented extracts as a value about a child; no message may hold any of it.
VALUES = ("SYN302", "SY1 1SY", "SY1 2SY", "SYNTHETIC Worker", "A000000000")


@dataclass(frozen=True)
class Outcome:
    """What one taking-in left behind."""

    versions: dict[str, SubmissionVersion]
    """By source: the newest version."""
    extractions: dict[str, Extraction]
    findings: dict[str, list[Finding]]
    """What was said about each, with the names that officers may read."""
    landing_findings: tuple[Finding, ...]

    def counts(self, source: str) -> dict[str, tuple[int, int, int, int]]:
        """Received, loaded, de-duplicated and quarantined rows by table."""
        return {
            name: (counts.received, counts.loaded, counts.deduplicated, counts.quarantined)
            for name, counts in self.extractions[source].tables.items()
        }

    def texts(self, source: str) -> list[str]:
        """The messages about a source, as an owner reads them."""
        return [finding.text_for_officers() for finding in self.findings[source]]


class Inbox:
    """One data folder and its landing."""

    def __init__(
        self, root: Path, sources: Iterable[str] = tuple(AREAS), settings: str = ""
    ) -> None:
        """`settings`: more lines of `settings.toml`."""
        self.folder = DataFolder(root)
        self.folder.root.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self.wait_for_quiet(0)
        self.folder.create()
        for source in sources:
            extracts.write_submission(self.folder.landing, AREAS[source], source, MONTH)

    def place(self, source: str) -> Path:
        """The folder of a source's submission in landing."""
        return self.folder.landing / AREAS[source] / source / MONTH

    def wait_for_quiet(self, seconds: float) -> None:
        """Say how long no file may change before it is read."""
        settings = self.folder.root / "settings.toml"
        settings.write_text(f"[quiet]\nseconds = {seconds}\n{self._settings}", encoding="utf-8")

    def take_in(self) -> Outcome:
        """Take in what is new; the outcome is of everything that stands."""
        ledger, settings = Ledger(self.folder.ledger), load_settings(self.folder.root)
        landing = scan(self.folder.landing, settings.quiet.seconds)
        # Of the others empty tables would be written, which takes a fifth of the time.
        sent = {place.name for place in self.folder.landing.glob("*/*")}
        taken = take_in_all(self.folder, settings, sent)
        versions = {version.source: version for version in ledger.versions()}
        extractions = {source: self.extraction(version) for source, version in versions.items()}
        findings = {source: one.findings for source, one in extractions.items()}
        changed = [finding for one in taken for finding in one.findings]
        return Outcome(versions, extractions, findings, (*landing.findings, *changed))

    def extraction(self, version: SubmissionVersion) -> Extraction:
        """What became of a version."""
        return extractions_of(self.folder, Ledger(self.folder.ledger))[id_of_version(version)]

    def partition(self, source: str) -> Partition:
        """The tables of a source."""
        return partition_of(self.folder, Ledger(self.folder.ledger), source, AREAS[source])

    def rows(self, version: SubmissionVersion, table: str) -> list[dict[str, object]]:
        """The rows of a version in a table of its source."""
        partition = partition_of(
            self.folder, Ledger(self.folder.ledger), version.source, version.area_code
        )
        rows = partition.rows(table, [id_of_version(version)])
        return [] if rows is None else rows.to_pylist()

    def table(self, source: str, name: str) -> list[dict[str, object]]:
        """The loaded rows of a table of the newest version, without what differs between versions."""
        version = {version.source: version for version in Ledger(self.folder.ledger).versions()}[
            source
        ]
        rows = self.rows(version, raw_table(source, name))
        return [{key: row[key] for key in row if key != "submission_id"} for row in rows]

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """The rows of every table, by its name and area."""
        found = {}
        for one in partitions_of(self.folder, Ledger(self.folder.ledger)):
            for table in one.files:
                rows = one.rows(table)
                found[f"{table}/{one.area_code}"] = [] if rows is None else rows.to_pylist()
        return found

    def state(self) -> dict[str, bytes | None]:
        """Every file that is derived or kept, with its content."""
        kept = (self.folder.archive, self.folder.raw, self.folder.quality, self.folder.restricted)
        files = {
            str(path.relative_to(self.folder.root)): path.read_bytes() if path.is_file() else None
            for folder in kept
            for path in folder.rglob("*")
        }
        versions = repr(Ledger(self.folder.ledger).versions()).encode()
        return {**files, "versions": versions}


def filled(folder: Path, sources: Iterable[str]) -> Inbox:
    """An inbox with these submissions taken in, of which tests take copies."""
    inbox = Inbox(folder, sources)
    take_in_all(inbox.folder, among=sources)
    return inbox


def copied(inbox: Inbox, root: Path) -> Inbox:
    """A copy of a test's own."""
    return Inbox(copy_data(inbox.folder.root, root), ())


# ---------------------------------------------------------------- ways to spoil a submission

Spoil = Callable[[Path], object]


def workbook(change: Callable[[dict[str, Grid]], object], name: str = "Annex A.xlsx") -> Spoil:
    """The workbook with its sheets changed."""

    def spoil(folder: Path) -> None:
        sheets = extracts.annex_a(BARNET, AS_AT)
        change(sheets)
        (folder / "Annex A.xlsx").unlink()
        extracts.write_workbook(folder / name, sheets)

    return spoil


def sheet(name: str, change: Callable[[Grid], object]) -> Spoil:
    """The workbook with one of its sheets changed."""
    return workbook(lambda sheets: change(sheets[name]))


def text_file(
    name: str,
    change: Callable[[Grid], object] = lambda _rows: None,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Spoil:
    """One CSV of the SSDA903 set with its rows or its form changed."""

    def spoil(folder: Path) -> None:
        rows = extracts.ssda903(BARNET, AS_AT)[name]
        change(rows)
        extracts.write_csv(folder / f"{name}.csv", rows, encoding, delimiter)

    return spoil


def content(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    """A file with its bytes changed; a file that is not there yet has none."""

    def spoil(folder: Path) -> None:
        path = folder / name
        extracts.write_bytes(path, change(path.read_bytes() if path.exists() else b""))

    return spoil


def column(rows: Grid, heading: str) -> int:
    """The position of a heading."""
    return rows[0].index(heading)


def put(rows: Grid, row: int, heading: str, value: extracts.Cell) -> None:
    """Change one cell; rows are counted as in Excel, the headings being row 1."""
    rows[row - 1][column(rows, heading)] = value


def rename(rows: Grid, heading: str, new: str) -> None:
    """Give a column another heading."""
    rows[0][column(rows, heading)] = new


def drop_column(rows: Grid, heading: str) -> None:
    """Take a column out."""
    place = column(rows, heading)
    for row in rows:
        del row[place]


def add_column(rows: Grid, heading: str, value: extracts.Cell) -> None:
    """Add a column with one value in every row."""
    for number, row in enumerate(rows):
        row.append(value if number else heading)
