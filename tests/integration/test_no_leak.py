"""No identifier, name, postcode or date of birth of a child outside landing, archive and restricted.

The canaries of `tests.story` stand in rows that load, in rows that are kept out, in columns that no template has and in
the names of files, sheets, headings, elements and folders; the ids and names of all other invented children are looked
for too. Those of `tests.canaries` stand in every cell of every source that could hold a name.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from expectations.contract import contract_for, sources
from orchestration.alerts.tell import tell
from orchestration.intake.readers.cin_xml import read_cin_census
from orchestration.intake.tables.cells import type_column
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.steps import Request
from orchestration.settings import PRIVATE_UMASK, DataFolder
from tests import canaries, extracts
from tests.commands import alerts_into_a_file, cypp
from tests.extracts import BARNET, CAMDEN
from tests.faults.killed import QUOTED_VALUE
from tests.nights import run_night
from tests.story import CANARY_BORN, CANARY_IDS, CANARY_TEXTS, Story

WITH_IDENTIFIERS = ("landing", "archive", "restricted")
# outputs/<month>/restricted/owners: these pages name the record by its local id (expectations/README.md, 'Issues and
# answers').
OWNERS_PAGES = ("restricted", "owners")
LOOKED_FOR = (
    *CANARY_IDS,
    *CANARY_TEXTS,
    "SYN302",
    "SYN202",
    "SYNTHETIC Worker",
    "SYNTHETIC Town",
    "SY1 1SY",
    "A00000000",
)
BORN = {
    CANARY_BORN,
    *(child.born for area in (BARNET, CAMDEN) for child in extracts.children(area)),
}


def _artefacts(data: Path) -> Iterator[Path]:
    for path in sorted(data.rglob("*")):
        parts = path.relative_to(data).parts
        # Published, or rendered to be published.
        is_owners_page = parts[2:4] == OWNERS_PAGES and (
            "outputs" in parts[0] or parts[1] == "pages"
        )
        if path.is_file() and parts[0] not in WITH_IDENTIFIERS and not is_owners_page:
            yield path


def _texts(path: Path) -> Iterator[str]:
    """All text in a file; columns of a table one by one, since their bytes are compressed."""
    if path.suffix == ".parquet":
        yield str(pq.read_metadata(path).metadata)
        for column in _columns(pq.read_table(path)):
            yield "\n".join(str(value) for value in column.unique().to_pylist())
    elif path.suffix == ".duckdb":
        for table in _tables_of(path):
            for column in _columns(table):
                yield "\n".join(str(value) for value in column.unique().to_pylist())
    yield path.read_bytes().decode("latin-1")


def _columns(table: pa.Table) -> list[pa.ChunkedArray]:
    return [
        column
        for column in table.columns
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ]


def _tables_of(path: Path) -> Iterator[pa.Table]:
    with duckdb.connect(str(path), read_only=True) as connection:
        named = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, name in named:
            yield connection.execute(f"select * from {schema}.{name}").to_arrow_table()


def _hits(texts: Iterator[str]) -> set[str]:
    return _words_in(texts, LOOKED_FOR)


def _words_in(texts: Iterator[str], words: Sequence[str]) -> set[str]:
    lowered = {word.lower(): word for word in words}
    return {
        word for text in map(str.lower, texts) for found, word in lowered.items() if found in text
    }


def test_no_artefact_holds_an_identifier(story: Story) -> None:
    artefacts = list(_artefacts(story.data))
    kinds = {path.suffix for path in artefacts}

    found = {str(path): hits for path in artefacts if (hits := _hits(_texts(path)))}

    assert found == {}
    # .db: Dagster's runs and events
    assert {".parquet", ".duckdb", ".json", ".html", ".sql", ".sqlite3", ".db"} <= kinds
    assert len(artefacts) > 100


def test_what_everybody_may_read_and_figures_hold_no_key_of_a_child(story: Story) -> None:
    """Of the invented children every key is looked for, as the evidence has it."""
    with duckdb.connect(str(story.second.warehouse), read_only=True) as connection:
        keys = [
            key.encode()
            for (key,) in connection.execute(
                "select child_key from marts.fct_counted_records union select child_key from marts.fct_dq_issues"
                " union select record_key from marts.fct_counted_records"
            ).fetchall()
            if key
        ]
    ours = [
        path for path in story.data.rglob("*") if path.is_file() and "landing" not in path.parts
    ]
    readable = [path for path in ours if path.stat().st_mode & 0o004]
    figures = story.data / "warehouse" / "figures.duckdb"

    texts = {path: path.read_bytes() for path in (*readable, figures)}

    assert {path.name for path in readable} >= {"committee.html", "committee.pdf", "board.xlsx"}
    assert len(keys) > 20
    assert {path.name for path, text in texts.items() if any(key in text for key in keys)} == set()
    tables = {text for path in (figures,) for text in _texts(path)}
    assert not [key for key in keys for text in tables if key.decode() in text]


def test_no_artefact_is_named_after_a_child(story: Story) -> None:
    assert _hits(str(path) for path in _artefacts(story.data)) == set()


def _named(texts: Iterator[str]) -> set[str]:
    return _words_in(texts, (*canaries.TOLD_TO_OFFICERS, *canaries.TOLD_TO_NOBODY))


def test_no_artefact_holds_a_name_that_came_with_a_file(story: Story) -> None:
    artefacts = list(_artefacts(story.data))

    found = {str(path): names for path in artefacts if (names := _named(_texts(path)))}

    assert found == {}
    assert _named(str(path) for path in artefacts) == set()


def test_state_as_json_tells_places(story: Story) -> None:
    said = cypp(story.data, "status", "--json").out

    assert _named(iter([said])) | _hits(iter([said])) == set()
    messages = json.loads(said)["messages"]
    assert any(one.startswith(f"file 1 of {BARNET}/annex_a/2025-01: ") for one in messages)
    assert any(f"of {CAMDEN}/annex_a/2025-03: no table" in one for one in messages)


def test_officers_are_told_the_names(story: Story) -> None:
    pages = story.data.glob("outputs/*/restricted/owners/*.html")

    on_pages = _named(path.read_text(encoding="utf-8") for path in pages)

    # A page is about the newest extract; a folder that is none is nobody's.
    assert on_pages == set(canaries.TOLD_TO_OFFICERS) - {canaries.NAMED_FILE, canaries.NAMED_FOLDER}
    # What stops a file is told first.
    assert {canaries.NAMED_FILE, canaries.NAMED_ZIP} <= _named(iter([story.second.ran.out]))


def test_nothing_that_was_said_holds_an_identifier(story: Story) -> None:
    said = [
        text for night in (story.first, story.second) for text in (night.ran.out, night.ran.err)
    ]

    assert _hits(iter(said)) == set()


def test_alert_holds_no_identifier_and_no_name(story: Story, tmp_path: Path) -> None:
    folder = DataFolder(story.second.copy(tmp_path / "data"))
    told = alerts_into_a_file(folder.root)
    with pytest.raises(NothingPublished) as failure, told_in_words():
        raise ValueError(f"could not convert {LOOKED_FOR}")

    [alert] = tell(folder, str(failure.value))

    said = told.read_text()
    assert alert.problem == ""
    assert "failed, nothing was published: internal error ValueError" in said
    assert f"{CAMDEN}: annex_a is stale" in said
    assert _hits(iter([said])) | _named(iter([said])) == set()


def test_the_scan_finds_what_it_looks_for(story: Story) -> None:
    """Landing holds every canary; else the scan above proves nothing."""
    landing = [path for path in (story.data / "landing").rglob("*") if path.is_file()]
    lookup = list((story.data / "restricted").rglob("*.parquet"))

    in_text = _hits(text for path in landing if path.suffix != ".xlsx" for text in _texts(path))
    in_lookup = _hits(text for path in lookup for text in _texts(path))

    assert {"Canary Overlong", "C987654321098", "SY1 1SY"} <= in_text
    named = _named(iter([*map(str, landing), *(text for path in landing for text in _texts(path))]))
    # What is in a workbook is compressed.
    assert named == {*canaries.TOLD_TO_OFFICERS, *canaries.TOLD_TO_NOBODY} - {
        canaries.NAMED_SHEET,
        canaries.NAMED_HEADING,
    }
    assert {"CANARY-ID-LOADED", "SYN302", "SYN202", "C987654321098"} <= in_lookup


@pytest.mark.faults
def test_no_cell_of_any_source_leaves_landing_as_it_was_written(tmp_path: Path) -> None:
    """Not to raw, the warehouse, the pages, Dagster's storage or the console; owners are told ids on pages of their own."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    planted = canaries.write_canaries(folder.landing)

    ran = cypp(folder.root, "run")

    assert ran.status == 0, ran.err
    versions = {one.source: one for one in Ledger(folder.ledger).versions()}
    reasons = {source: one.reason for source, one in versions.items() if one.verdict != "accepted"}
    assert (set(versions), reasons) == (set(sources()), {})
    looked_through = list(_artefacts(folder.root))
    texts = {path.name: list(_texts(path)) for path in looked_through}
    texts |= {"console": [ran.out, ran.err, cypp(folder.root, "status", "--json").out]}
    found = {
        (name, planted[canary])
        for name, said in texts.items()
        for text in said
        for canary in re.findall(r"Canary\d{4}Smith", text, re.IGNORECASE)
    }
    assert found == set()
    kinds = {path.suffix for path in looked_through}
    assert {".parquet", ".duckdb", ".json", ".html", ".sql", ".db"} <= kinds
    assert sum(path.suffix == ".parquet" for path in looked_through) > 60


def test_census_of_canaries_has_one_in_every_element_that_a_contract_knows(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    planted: dict[str, str] = {}
    path.write_bytes(canaries.census_of_canaries(itertools.count(), planted))
    contract = contract_for("cin_census", 2025)

    blocks = {str(block.sheet): block for block in read_cin_census(path)}

    # The last child holds one in each element of every module.
    assert {place.split(".")[1] for place in planted.values()} == set(contract.tables)
    for name in contract.tables:
        held = {
            heading: str(column[-1])
            for heading, column in zip(blocks[name].headings, blocks[name].columns, strict=True)
        }
        without = [heading for heading, text in held.items() if not text.startswith("Canary")]
        told = ["referral_sequence"] if name == "cin_details" else []
        assert without == ([*canaries.TELLS_THE_CENSUS] if name == "header" else told), name


@pytest.mark.faults
def test_night_over_canaries_in_every_source_opens_none_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is in a public place or a log, nothing but public pages can be read by others, and no folder listed."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    canaries.write_canaries(folder.landing, in_words=True)
    os.umask(PRIVATE_UMASK)

    with caplog.at_level("DEBUG"):
        run_night(folder, Request(date(2025, 3, 31)), with_pages=True)

    ours = [path for path in folder.root.rglob("*") if folder.landing not in (path, *path.parents)]
    public = [path for path in ours if path.is_file() and path.parent.name == "public"]
    readable = [path for path in ours if not path.is_symlink() and path.stat().st_mode & 0o044]
    assert {path.suffix for path in public} == {".html", ".xlsx", ".pdf"}
    assert {path for path in readable if path.is_file()} == set(public)
    assert {path for path in readable if path.is_dir()} == {path.parent for path in public}
    assert _canaries(text for path in public for text in _shown(path)) == set()
    said = capfd.readouterr()
    assert _canaries([caplog.text, said.out, said.err]) == set()
    # Officers read what was written; else nothing would be shown by its absence.
    board = next(folder.outputs.glob("*/restricted/board.html")).read_text(encoding="utf-8")
    assert len(_canaries([board])) >= 1


def _canaries(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in re.findall(r"Canary(?:\d{4}Smith| \w+)", text)}


def _shown(path: Path) -> Iterator[str]:
    """What a reader of a page, a workbook or a PDF sees, and what else is in it."""
    yield path.read_bytes().decode("latin-1")
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name).decode("utf-8") for name in parts.namelist())
    elif path.suffix == ".pdf":
        yield from (page.extract_text() for page in PdfReader(path).pages)


@pytest.mark.parametrize("source", sources())
def test_no_column_keeps_a_name(source: str) -> None:
    contract = contract_for(source)
    for table_name, table in contract.tables.items():
        for name, column in table.stored_columns.items():
            if column.looked_up is not None or canaries.is_printed(contract, table, column):
                continue
            cells = [*canaries.texts_of(column, "Jane Smith")]
            kept = type_column(cells, column, contract.code_lists, contract.no_value).values
            is_key = column.stored_name(name) != name
            assert is_key or not any("jane" in str(one).lower() for one in kept), (table_name, name)


def _days(path: Path) -> set[date]:
    """Every day in a table, and every day in a text."""
    tables = (
        [pq.read_table(path)]
        if path.suffix == ".parquet"
        else list(_tables_of(path))
        if path.suffix == ".duckdb"
        else []
    )
    found: set[date] = set()
    for column in (
        column for table in tables for column in table.columns if pa.types.is_temporal(column.type)
    ):
        for value in column.unique().to_pylist():
            found.add(value.date() if isinstance(value, datetime) else value)
    return found


def test_dates_of_birth_do_not_leave_the_restricted_layer(story: Story) -> None:
    published = [
        path
        for path in _artefacts(story.data)
        if path.relative_to(story.data).parts[0].lstrip(".").startswith(("warehouse", "outputs"))
    ]
    written = {born.isoformat() for born in BORN} | {f"{born:%d/%m/%Y}" for born in BORN}

    # The day of an event may be some child's birthday, but the canary was born on no such day.
    assert not any(CANARY_BORN in _days(path) for path in published)
    texts = [
        text
        for path in published
        if path.suffix not in (".parquet", ".duckdb")
        for text in _texts(path)
    ]
    assert len(published) > 20
    assert [day for day in written for text in texts if day in text] == []


@pytest.mark.parametrize(
    "point",
    [
        "orchestration.night.steps:take_in:value:1",
        pytest.param("orchestration.night.steps:table_checks:value:1", marks=pytest.mark.faults),
    ],
)
def test_value_quoted_by_an_unexpected_error_goes_nowhere(
    point: str, story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    command = (sys.executable, "-m", "tests.faults.killed", f"dagster+{point}")

    ran = cypp(data, "run", "--force", command=command)

    assert ran.status == 1
    assert "internal error ValueError at killed.py" in ran.err
    assert QUOTED_VALUE not in ran.out + ran.err
    written = [path for path in data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in written)
    assert [path for path in written if QUOTED_VALUE.encode() in path.read_bytes()] == []
