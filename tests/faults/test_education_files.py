"""What is wrong with a whole file of an education source: refused with one message, or read all the same.

The files are the first rows of the demo's. Nothing is published: a file is read as the nightly job reads it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from orchestration.intake.cover import month_end
from orchestration.intake.extract import Extraction, SubmissionFiles
from orchestration.intake.landing import is_extract
from tests.extracts import BARNET
from tests.faults.education_extracts import MONTHS, NATIONAL, write_education_extracts
from tests.faults.education_planter import table_of
from tests.reading import extract

ROWS = 60
Lines = list[list[str]]
# The file of a source that a fault is tried on, where it has several.
FILES = {"ks4": "ks4_pupil.csv", "sen2": "requests.csv"}
SOURCES = (*MONTHS, *NATIONAL)


def _submission(landing: Path, source: str) -> dict[str, Lines]:
    """The first rows of each file of a source's extract, by name."""
    [folder] = landing.glob(f"*/{source}/*")
    found = {}
    for path in sorted(filter(is_extract, folder.iterdir())):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = [list(row) for row in csv.reader(file)][: ROWS + 1]
    return found


def _main(files: dict[str, Lines], source: str) -> str:
    return FILES.get(source) or next(iter(files))


def _text(lines: Lines, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _read(
    source: str, files: dict[str, bytes], root: Path, month: date | None = None
) -> Extraction:
    incoming = root / "in"
    incoming.mkdir(exist_ok=True)
    for name, content in files.items():
        (incoming / name).write_bytes(content)
    as_at = month or month_end(MONTHS.get(source, "2025-03"))
    described = SubmissionFiles(
        "s", BARNET if source in MONTHS else "national", source, as_at,
        tuple(sorted(incoming.iterdir())), 6, "302" if source in MONTHS else None, "test",
    )  # fmt: skip
    return extract(described, bytes(32), root / "out")


def _required(source: str, headings: list[str]) -> int:
    """The place of a required column that the file's table is not told by."""
    _, table = table_of(source, headings)
    told_by = {heading.lower() for heading in (*table.signature, *table.earlier_signature)}
    names = [heading.lower() for heading in headings]
    wanted = [column.heading.lower() for column in table.columns.values() if column.required]
    return next(names.index(name) for name in wanted if name in names and name not in told_by)


def _without_required(source: str, lines: Lines) -> bytes:
    place = _required(source, lines[0])
    return _text([[cell for n, cell in enumerate(row) if n != place] for row in lines]).encode()


def _twice_headed(source: str, lines: Lines) -> bytes:
    return _text([[*row, row[0]] for row in lines]).encode()


def _cut_off(lines: Lines) -> bytes:
    whole = _text(lines)
    return whole[: whole.rstrip().rindex("\n") + 4].encode()


@dataclass(frozen=True)
class Fault:
    """What is done to a file, and the rule that refuses it; none where it is read like the good one."""

    name: str
    spoil: Callable[[str, Lines], bytes]
    refused_by: str | None = None
    warns: str | None = None


WEB_PAGE = b"<html><body><table><tr><td>SYN</td></tr></table></body></html>"
FAULTS = (
    Fault("nothing_in_it", lambda _s, _l: b"", "EMPTY"),
    Fault("column_missing", _without_required, "COLUMN_MISSING"),
    Fault("heading_twice", _twice_headed, "DUPLICATE_HEADING"),
    Fault("web_page", lambda _s, _l: WEB_PAGE, "HTML"),
    Fault("cut_off", lambda _s, lines: _cut_off(lines), "TRUNCATED"),
    Fault("semicolons", lambda _s, lines: _text(lines, ";").encode()),
    Fault("utf_16", lambda _s, lines: _text(lines).encode("utf-16")),
    Fault("byte_order_mark", lambda _s, lines: _text(lines).encode("utf-8-sig")),
    Fault("reordered", lambda _s, lines: _text([row[::-1] for row in lines]).encode()),
    Fault("upper_case", lambda _s, lines: _text([[h.upper() for h in lines[0]], *lines[1:]]).encode()),
    Fault("title_rows", lambda _s, lines: b"Extract\r\n\r\n" + _text(lines).encode()),
    Fault("surname_too", lambda _s, lines: _text([[*lines[0], "Teacher"], *([*row, "SYN"] for row in lines[1:])]).encode(), None, "COLUMN_UNKNOWN"),
)  # fmt: skip


@pytest.fixture(scope="module")
def education_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a tenth of the children: of each file only the first rows are read."""
    landing = tmp_path_factory.mktemp("education") / "landing"
    write_education_extracts(landing, share=0.1)
    return landing


@pytest.fixture(scope="module")
def as_sent_by(
    education_landing: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Extraction]:
    """What each source's file is read as before anything is done to it."""
    found = {}
    for source in SOURCES:
        files = _submission(education_landing, source)
        content = {name: _text(lines).encode() for name, lines in files.items()}
        found[source] = _read(source, content, tmp_path_factory.mktemp(source))
    return found


# Ofsted's file has no column that it is not told by.
TRIED = [
    pytest.param(source, fault, id=f"{source} {fault.name}")
    for source in SOURCES for fault in FAULTS if (source, fault.name) != ("ofsted_mi", "column_missing")
]  # fmt: skip


@pytest.mark.parametrize(("source", "fault"), TRIED)
def test_file_fault_of_an_education_source(
    source: str,
    fault: Fault,
    education_landing: Path,
    as_sent_by: dict[str, Extraction],
    tmp_path: Path,
) -> None:
    files, as_sent = _submission(education_landing, source), as_sent_by[source]
    good = {name: _text(lines).encode() for name, lines in files.items()}
    assert as_sent.verdict == "accepted", as_sent.reason
    name = _main(files, source)
    spoilt = _read(source, good | {name: fault.spoil(source, files[name])}, tmp_path)
    if fault.refused_by is not None:
        told = [finding for finding in spoilt.findings if finding.severity == "reject"]
        assert (spoilt.verdict, [finding.rule for finding in told]) == (
            "rejected",
            [fault.refused_by],
        )
        assert name in told[0].text_for_officers() and told[0].remedy and "SYN" not in spoilt.reason
        return
    assert spoilt.verdict == "accepted", spoilt.reason
    assert {n: (t.received, t.loaded) for n, t in spoilt.tables.items()} == {
        n: (t.received, t.loaded) for n, t in as_sent.tables.items()
    }  # fmt: skip
    assert fault.warns is None or fault.warns in {finding.rule for finding in spoilt.findings}


@pytest.mark.parametrize("source", ["admissions", "attendance", "ks2", "ks4", "nccis"])
def test_file_of_another_borough_is_refused(
    source: str, education_landing: Path, tmp_path: Path
) -> None:
    files = _submission(education_landing, source)
    name = _main(files, source)
    _, table = table_of(source, files[name][0])
    heading = table.columns[str(table.area_column)].heading
    place = files[name][0].index(heading)

    def with_authorities(n_own: int, n_rows: int | None = None) -> Extraction:
        root = tmp_path / f"{n_own} of {n_rows}"
        root.mkdir()
        lines = [list(row) for row in files[name][: n_rows and 1 + n_rows]]
        for row in lines[1 + n_own :]:
            row[place] = "304" + row[place][3:]
        return _read(source, {name: _text(lines).encode()}, root)

    refused = with_authorities(0)
    assert [f.rule for f in refused.findings] == ["OTHER_AREA"]
    assert "304" in refused.reason and "302" in refused.reason and heading in refused.reason
    assert with_authorities(1).verdict == "accepted"
    assert [f.rule for f in with_authorities(0, 1).findings if f.severity == "reject"] == [
        "OTHER_AREA"
    ]


@pytest.mark.parametrize(("source", "month"), [("attendance", "2023-03"), ("nccis", "2024-12")])
def test_file_of_another_period_is_refused(
    source: str, month: str, education_landing: Path, tmp_path: Path
) -> None:
    files = _submission(education_landing, source)
    content = {name: _text(lines).encode() for name, lines in files.items()}
    refused = _read(source, content, tmp_path, month_end(month))
    assert [f.rule for f in refused.findings if f.severity == "reject"] == ["OTHER_PERIOD"]


@pytest.mark.parametrize("module", ["person", "requests", "assessment", "named_plan"])
def test_sen2_without_a_module_is_refused(
    module: str, education_landing: Path, tmp_path: Path
) -> None:
    files = _submission(education_landing, "sen2")
    rest = {name: _text(lines).encode() for name, lines in files.items() if name != f"{module}.csv"}
    refused = _read("sen2", rest, tmp_path)
    assert refused.verdict == "rejected" and module in refused.reason


@pytest.mark.parametrize("source", ["admissions", "attendance", "epep", "ks2", "nccis"])
def test_total_row_of_an_education_file_is_kept_out(
    source: str, education_landing: Path, tmp_path: Path
) -> None:
    files = _submission(education_landing, source)
    [(name, lines)] = files.items()
    good = _read(source, {name: _text(lines).encode()}, tmp_path)
    total = ["Total", *[""] * (len(lines[0]) - 2), "60"]
    (tmp_path / "again").mkdir()
    spoilt = _read(source, {name: _text([*lines, total]).encode()}, tmp_path / "again")
    [before], [after] = good.tables.values(), (t for n, t in spoilt.tables.items() if t.received)
    assert (after.loaded, after.quarantined) == (before.loaded, before.quarantined + 1)
