"""A text file that was cut off anywhere is not taken for the whole, nor for none, without a word."""

from __future__ import annotations

import csv
import io
import pickle
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contract import contract_for
from orchestration.intake.extract import SubmissionFiles, read_files
from orchestration.intake.readers import FileRejected, read_file
from orchestration.intake.tables.recognise import Recognition, recognise
from tests import extracts
from tests.extracts import BARNET
from tests.reading import extract

AS_AT = date(2025, 3, 31)
CONTRACT = contract_for("ssda903", 2025)


def _text(rows: extracts.Grid) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return extracts.write_csv(Path(folder) / "a.csv", rows).read_bytes()


WHOLE = {name: _text(rows) for name, rows in extracts.ssda903(BARNET, AS_AT).items()}


def _read(name: str, content: bytes) -> tuple[Recognition, list[str]]:
    """A file of the return as given: what is recognised, and the rules told about it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        path.write_bytes(content)
        files, findings = read_files(CONTRACT, [path], read_file)
    found = recognise(CONTRACT, files)
    return found, [one.rule for one in (*findings, *found.findings)]


@settings(deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1, exclude_max=True))
def test_file_cut_below_its_headings_is_its_table_failed_or_the_rows_that_are_whole(
    name: str, share: float
) -> None:
    whole = WHOLE[name]
    below = whole.index(b"\n") + 1
    cut = whole[: below + int(share * (len(whole) - below))]

    found, told = _read(name, cut)

    [block] = (one.block for one in found.blocks[name])
    lines = list(csv.reader(io.StringIO(cut.decode())))
    if len(lines[-1]) == len(lines[0]):
        assert (name in found.failed, len(block.row_numbers)) == (False, len(lines) - 1)
    else:
        assert (name in found.failed, told) == (True, ["TRUNCATED"])


@settings(deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1, exclude_max=True))
def test_file_cut_within_its_headings_is_named_or_has_no_row(name: str, share: float) -> None:
    """Of a table without a row the taking-in, or the check of its size, tells."""
    whole = WHOLE[name]
    headings = whole.splitlines()[0]

    found, told = _read(name, whole[: int(share * len(headings))])

    assert told or [len(one.block.row_numbers) for one in found.blocks[name]] == [0]


@pytest.mark.parametrize("name", sorted(WHOLE))
@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda text: text + b"\x81\x8d,", "ENCODING"),
        (lambda text: text + b'"a,b\r\n', "UNBALANCED_QUOTE"),
        (lambda text: text.replace(b"\r\n", b",CHILD\r\n", 1), "DUPLICATE_HEADING"),
    ],
    ids=["bytes that are no text", "an open quotation mark", "a heading twice"],
)
def test_file_that_cannot_be_read_below_its_headings_is_its_table_failed(
    name: str, damage: object, rule: str
) -> None:
    found, told = _read(name, damage(WHOLE[name]))  # type: ignore[operator]

    assert (name in found.failed, told) == (True, [rule])


def test_headings_of_a_rejected_file_cross_processes_and_stand_in_no_message(
    tmp_path: Path,
) -> None:
    text = WHOLE["episodes"]
    path = extracts.write_bytes(tmp_path / "a.csv", text[: text.rindex(b",")])
    known = frozenset(heading.lower() for heading in CONTRACT.headings())
    with pytest.raises(FileRejected) as rejected:
        read_file(path, known)

    copy = pickle.loads(pickle.dumps(rejected.value))

    assert copy.headings[:2] == ("CHILD", "DECOM")
    assert (copy.code, copy.row, str(copy)) == (
        "TRUNCATED",
        rejected.value.row,
        str(rejected.value),
    )


@pytest.mark.parametrize("emptied", ["episodes", "missing"])
def test_first_return_with_a_file_cut_to_its_headings_names_the_table(
    emptied: str, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name, text in WHOLE.items():
        kept = text[: text.index(b"\n") + 1] if name == emptied else text
        (tmp_path / "in" / f"{name}.csv").write_bytes(kept)
    files = tuple(sorted((tmp_path / "in").iterdir()))
    described = SubmissionFiles("s", BARNET, "ssda903", AS_AT, files, 6, "302", "", is_first=True)

    read = extract(described, bytes(32), tmp_path / "raw")

    [told] = [one for one in read.findings if one.rule == "NO_ROWS"]
    assert CONTRACT.tables[emptied].title in told.message
    assert (read.verdict, read.tables[emptied].received) == ("accepted", 0)
