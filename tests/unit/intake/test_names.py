"""A message in its two editions: places for everybody, names that came with the file for officers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.intake.extract import Extraction
from orchestration.intake.findings import Finding
from orchestration.intake.kept.extractions import as_kept, extractions_in
from orchestration.intake.kept.made_tables import extractions_table, tables_of_source
from orchestration.intake.kept.partitions import Partition, changed
from orchestration.intake.landing import scan
from orchestration.intake.names import Received, files_named
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.settings import DataFolder

FOLDER = "E09000003/annex_a/2025-03"
FINDING = Finding(
    "COLUMN_UNKNOWN", "warn", "not in the template, left out", "Nothing",
    folder=FOLDER, file=Received("file", 2, "Smith_Jane_CP.xlsx"), sheet=Received("sheet", 3, "Jane Smith"),
    column=Received("column", 7, "Jane's notes"), names=(Received("column", 7, "Jane's notes"), "Age"),
)  # fmt: skip
OF_OURS = Finding(
    "X", "warn", "odd", "Mend it", file="a", sheet="List 3", column="Age", rows=(4,), n_rows=1
)


def test_everybody_reads_places_and_officers_read_names() -> None:
    assert FINDING.text() == (
        f"file 2 of {FOLDER}, sheet 3, column 7: not in the template, left out: column 7, 'Age'"
        " [COLUMN_UNKNOWN]. Nothing"
    )
    assert FINDING.text_for_officers() == (
        f'{FOLDER}/Smith_Jane_CP.xlsx, sheet Jane Smith, column "Jane\'s notes": not in the template, left out:'
        " column \"Jane's notes\", 'Age' [COLUMN_UNKNOWN]. Nothing"
    )


def test_names_of_the_contract_are_the_same_for_all() -> None:
    assert OF_OURS.text() == "a, sheet List 3, column 'Age', row 4: odd [X]. Mend it"
    assert OF_OURS.text_for_officers() == OF_OURS.text()


def test_name_is_in_no_text_that_python_makes_of_itself() -> None:
    assert "Jane" not in f"{FINDING} {FINDING!r} {FINDING.file} {[*FINDING.names]}"


def test_names_survive_in_a_file_for_officers(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    said = Extraction("s", "f", date(2025, 3, 31), "accepted", "", {}, [FINDING, OF_OURS])
    before = Partition(folder, "annex_a", "E09000003", {})
    rows = {extractions_table("annex_a"): [as_kept(said)]}
    made = changed(before, (), rows, tables_of_source("annex_a"))
    after = replace(before, files=made.files)
    assert extractions_in(after) == {"s": said}
    [path] = after.paths()
    assert path.relative_to(tmp_path).parts[0] == "restricted"
    assert path.stat().st_mode & 0o077 == 0


def test_files_are_counted_in_the_order_of_their_names(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b\n.csv")]
    assert [(str(one), one.in_full()) for one in files_named(paths).values()] == [
        ("file 1", "a.csv"),
        ("file 2", "b\N{REPLACEMENT CHARACTER}.csv"),
    ]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Jane/a.csv", "folder 2 of landing: "),
        ("Jane.csv", "file 1 of landing: "),
        ("E09000003/Jane/a.csv", "folder 1 of E09000003: "),
        ("E09000003/annex_a/Jane/a.csv", "folder 1 of E09000003/annex_a: "),
        ("E09000003/annex_a/2025-03/Jane/a.csv", "folder 1 of E09000003/annex_a/2025-03: "),
    ],
)
def test_what_stands_where_it_should_not_is_told_by_its_place(
    place: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "E09000003").mkdir()
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("a,b\n1,2\n")

    [finding] = scan(tmp_path, 0).findings

    assert finding.text().startswith(said)
    assert "Jane" not in finding.text()
    assert "Jane" in finding.text_for_officers()


@pytest.mark.parametrize(
    "folder", ["landing/E09000003/annex_a", "archive/x", ".work/taking_in/x", "landing"]
)
def test_error_of_the_system_names_no_file_that_was_sent(folder: str, tmp_path: Path) -> None:
    path = tmp_path / folder / "Jane.csv"
    with pytest.raises(NothingPublished) as told, told_in_words():
        path.read_bytes()
    assert "Jane" not in str(told.value)
    assert str(tmp_path / folder.split("/", maxsplit=1)[0]) in str(told.value)
