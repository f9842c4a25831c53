"""Hostile files: each gives one refusal, and everything beside it is taken in as if it had not come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from expectations.contract import contract_for
from orchestration.intake import reading, to_read
from orchestration.intake.readers import FileRejected
from orchestration.intake.reading import allowance_for, read_confined, recognised_blocks
from orchestration.intake.tables.headings import normalise_heading
from orchestration.ledger.ledger import Ledger
from tests import hostile_files
from tests.commands import WITHOUT_DAGSTER, cypp
from tests.extracts import write_bytes
from tests.hostile_files import KINDS, VARIANTS, Hostile
from tests.integration.inbox import MONTH, Inbox
from tests.story import query

GOOD = ("cin_census", "population")
KNOWN = frozenset(map(normalise_heading, hostile_files.HEADINGS))
# Some that are refused before they are read, and one that ends its worker.
A_FEW = [
    kind
    for kind in KINDS
    if kind.build
    in (hostile_files.one_long_text, hostile_files.one_long_entry, hostile_files.binary_references)
]
# Files that take ten seconds to write.
LARGE = ("many small parts", "lists in a column (Parquet)")
PARAMETERS = [
    pytest.param(
        kind,
        variant,
        id=f"{kind.name}-{variant}",
        marks=[pytest.mark.faults] if variant or kind.name in LARGE else [],
    )
    for kind in KINDS
    for variant in VARIANTS
]


@pytest.fixture(autouse=True)
def _no_shipped_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_read, "shipped_reference", lambda: iter(()))


@pytest.mark.parametrize(("kind", "variant"), PARAMETERS)
def test_hostile_file_is_refused_by_one_sentence(
    kind: Hostile, variant: int, tmp_path: Path
) -> None:
    path = kind.write(tmp_path, variant)
    known = frozenset(map(normalise_heading, contract_for(kind.source).headings()))

    with pytest.raises(FileRejected) as refused:
        read_confined(path, known)

    assert refused.value.code == kind.rule
    what, _, remedy = refused.value.message.partition(". ")
    assert what and remedy and len(refused.value.message) < 300


def _month(place: int) -> str:
    return f"{2019 + place // 12}-{place % 12 + 1:02}"


def _send(
    inbox: Inbox, kinds: list[Hostile], variants: tuple[int, ...]
) -> dict[tuple[str, str], Hostile]:
    """Put each hostile file into landing, in a month of its own; by source and month."""
    hostile = {}
    for place, (kind, variant) in enumerate((k, v) for k in kinds for v in variants):
        folder = inbox.folder.landing / kind.area / kind.source / _month(place)
        folder.mkdir(parents=True)
        kind.write(folder, variant)
        hostile[kind.source, _month(place)] = kind
    return hostile


def _take_in_with(inbox: Inbox, kinds: list[Hostile], variants: tuple[int, ...]) -> None:
    """Take in the good extracts and beside them each hostile file; look at what was said."""
    hostile = _send(inbox, kinds, variants)
    inbox.take_in()

    versions = {
        (version.source, version.folder_month): version
        for version in Ledger(inbox.folder.ledger).versions()
    }
    for source in GOOD:
        good = versions.pop((source, MONTH))
        assert good.verdict == "accepted"
        assert sum(one.loaded for one in inbox.extraction(good).tables.values())
    assert versions.keys() == hostile.keys()
    for place, version in versions.items():
        assert version.verdict == "rejected"
        said = inbox.extraction(version).findings
        [finding] = [one for one in said if one.severity == "reject"]
        assert (finding.rule, *map(str, finding.files)) == (hostile[place].rule, "file 1")
        assert version.reason == finding.text()


def test_good_extracts_beside_hostile_files_are_taken_in(tmp_path: Path) -> None:
    _take_in_with(Inbox(tmp_path / "data", GOOD), A_FEW, (0,))


@pytest.mark.faults
def test_good_extracts_beside_every_hostile_file_are_taken_in(tmp_path: Path) -> None:
    _take_in_with(Inbox(tmp_path / "data", GOOD), list(KINDS), VARIANTS)


def _figures(data: Path) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Every figure of social care that has a value."""
    rows = query(
        data / "warehouse" / "warehouse.duckdb",
        "select indicator_id, area_code, basis, period_end, breakdown, breakdown_value, status, numerator, denominator, value"
        " from marts.fct_indicator_values where status = 'ok' and regexp_matches(source, 'annex_a|ssda903|cin_census')",
    )
    return {row[:6]: row[6:] for row in rows}


@pytest.mark.faults
def test_night_after_every_hostile_file_publishes_all_that_stood_before(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "data")
    data = inbox.folder.root
    assert cypp(data, "run", command=WITHOUT_DAGSTER).status == 0
    before = _figures(data)
    hostile = _send(inbox, list(KINDS), VARIANTS)

    ran = cypp(data, "run")

    assert ran.status == 0, ran.err
    assert len(before) > 50
    assert _figures(data) == before
    refused = query(
        data / "warehouse" / "warehouse.duckdb",
        "select source, strftime(as_at_date, '%Y-%m'), reason from marts.fct_submissions where status = 'rejected'",
    )
    assert {(source, month) for source, month, _ in refused} == hostile.keys()
    for source, month, reason in refused:
        assert f"[{hostile[source, month].rule}]" in reason


@pytest.mark.parametrize("name", ["aaa.csv", "zzz.csv"])
def test_file_that_ends_its_worker_costs_none_of_those_beside_it(tmp_path: Path, name: str) -> None:
    alone = Inbox(tmp_path / "alone", ["ssda903"]).take_in()
    inbox = Inbox(tmp_path / "beside", ["ssda903"])
    write_bytes(inbox.place("ssda903") / name, hostile_files.binary_references(0))

    outcome = inbox.take_in()

    assert outcome.versions["ssda903"].verdict == "accepted"
    assert outcome.counts("ssda903") == alone.counts("ssda903")
    [said] = [text for text in outcome.texts("ssda903") if "[TOO_LARGE]" in text]
    assert said.startswith(f"{name}: reading the workbook had to be given up")


def test_version_whose_rows_together_take_too_much_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(tmp_path / "data", ["ssda903", "cin_census"])
    allowed = reading.allowance_for

    def less_for_the_return(files: tuple[Path, ...]) -> reading.Allowance:
        given = allowed(files)
        return reading.Allowance(given.memory, 1e-3) if len(files) > 1 else given

    monkeypatch.setattr(reading, "allowance_for", less_for_the_return)

    outcome = inbox.take_in()

    assert outcome.versions["ssda903"].verdict == "rejected"
    assert "[TOO_LARGE]" in outcome.versions["ssda903"].reason
    assert outcome.versions["cin_census"].verdict == "accepted"


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"PAR1", b"<Message>", b"CHILD,DECOM"])
def test_small_file_is_never_allowed_half_a_gigabyte(begins: bytes, tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "extract", begins.ljust(500_000))

    # A worker that has done nothing holds 125 MB.
    assert allowance_for([path]).memory < 375 << 20


def test_tables_are_read_again_for_other_checks_without_what_ends_its_worker(
    tmp_path: Path,
) -> None:
    folder = Inbox(tmp_path / "data", ["ssda903"]).place("ssda903")
    write_bytes(folder / "extract", hostile_files.binary_references(0))

    blocks = recognised_blocks(contract_for("ssda903"), sorted(folder.iterdir()))

    assert {"header", "episodes"} <= blocks.keys()


def test_worklist_that_ends_its_worker_is_refused(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "worklist.xlsx", hostile_files.binary_references(1))

    with pytest.raises(FileRejected, match="TOO_LARGE: reading the workbook"):
        read_confined(path, frozenset({"case"}))


# ---------------------------------------------------------------- honest files that expand far


def test_long_notes_that_cells_share_are_read(tmp_path: Path) -> None:
    note = "A long note about nothing. " * 200
    with xlsxwriter.Workbook(str(tmp_path / "extract")) as workbook:
        sheet = workbook.add_worksheet("List 3")
        sheet.write_row(0, 0, hostile_files.HEADINGS)
        for row in range(1, 60_001):
            sheet.write_row(row, 0, [row, "01/02/2024", note if row % 10 == 0 else "Police"])

    [block] = read_confined(tmp_path / "extract", KNOWN)

    assert len(block.row_numbers) == 60_000
    assert block.columns[2][9] == note


@pytest.mark.slow
def test_parquet_as_large_as_the_interactive_tools_is_read(tmp_path: Path) -> None:
    """641,070 rows of seven columns in under 2 MB, of which most are a few texts again and again."""
    n_rows = 641_070
    places = np.arange(n_rows)
    texts = pa.array([f"An indicator with a long name, number {n}" for n in range(900)])
    named = {f"c{n}": texts.take(pa.array(places // (n + 1) % 900)) for n in range(6)}
    numbers = pa.array(places % 1000 / 10)
    pq.write_table(pa.table(named | {"Values": numbers}), tmp_path / "extract", compression="zstd")

    [block] = read_confined(tmp_path / "extract", KNOWN)

    assert len(block.row_numbers) == n_rows
    assert block.columns[0][901] == "An indicator with a long name, number 1"
