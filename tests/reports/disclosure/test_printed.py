"""What public packs have printed is kept by value, whoever issued them or nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ledger.ledger import Ledger
from orchestration.reports.disclosure.figures import AMOUNT_BITS
from orchestration.reports.disclosure.identities import Identities, Measures
from orchestration.reports.disclosure.printed import KEPT, Memory, read_memory, remember
from orchestration.reports.disclosure.rekeyed import lead_memory
from orchestration.settings import DataFolder
from orchestration.warehouse.publish import NotPublishable

AREA, START, END = "E09000003", date(2024, 4, 1), date(2025, 3, 31)
DETAIL = {"as_at": "2025-04-30", "received_by": None, "code_version": "0", "is_synthetic": "yes"}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "data")
    made.create()
    return made


IDENTITIES = Identities({"mean": Measures("days", "adoption order", is_sum=True)})
Said = tuple[str, float | None, float | None, float | None, bool]


def _run(
    folder: DataFolder, run_id: str, *rows: Said, records: Iterable[int] = (), **as_run: bool
) -> None:
    """A run with these figures: indicator, numerator, denominator, value, and whether the public pack prints it.

    `records`: what each adoption adds to a mean.
    """
    ledger, marts = Ledger(folder.ledger), folder.work / f"{run_id}.duckdb"
    ledger.record_run("started", run_id, DETAIL)
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create schema marts; create table marts.rpt_figures (edition varchar, indicator_id varchar,"
            " area_code varchar, period_start date, period_end date, numerator double, denominator double,"
            " value double);"
            " create table marts.dim_indicators as select unnest(['share', 'mean', 'hidden']) as indicator_id,"
            " unnest(['percentage', 'mean', 'percentage']) as kind, 'p' as population, true as is_public;"
            " create table marts.fct_counted_records (indicator_id varchar, area_code varchar, record_key varchar,"
            " child_key varchar, counted_on date, superseded_on date, numerator_amount double, denominator_amount double)"
        )
        for indicator, numerator, denominator, value, is_printed in rows:
            shown = (numerator, denominator, value) if is_printed else (None, None, None)
            for edition, counts in (
                ("restricted", (numerator, denominator, value)),
                ("public", shown),
            ):
                said = [edition, indicator, AREA, START, END, *counts]
                connection.execute(
                    "insert into marts.rpt_figures values (?, ?, ?, ?, ?, ?, ?, ?)", said
                )
        for number, days in enumerate(records):
            said = ["mean", AREA, f"record {number}", f"child {number}", END, None, days, 1]
            connection.execute(
                "insert into marts.fct_counted_records values (?, ?, ?, ?, ?, ?, ?, ?)", said
            )
    remember(folder, ledger, marts, run_id, IDENTITIES)
    if as_run.get("is_published", True):
        ledger.record_run("published", run_id, {})


def _shown(memory: Memory) -> list[list[tuple[str, float | None, bool]]]:
    """Of each pack what was not so before: indicator, numerator, whether it was printed."""
    return [
        [(one.indicator_id, one.numerator, one.key in state.shown) for one in state.figures]
        for state in memory.states
    ]


def test_a_figure_is_remembered_as_it_was_and_once(folder: DataFolder) -> None:
    printed = ("share", 20.0, 90.0, 22.0, True)
    hidden = ("hidden", 3.0, 90.0, 3.3, False)
    _run(folder, "run-1", printed, hidden)
    _run(folder, "run-2", printed, hidden)
    _run(folder, "run-3", ("share", 21.0, 90.0, 23.0, True), ("hidden", 3.0, 90.0, 3.3, True))
    _run(folder, "run-4", printed, hidden)
    assert _shown(read_memory(folder)) == [
        [("hidden", 3.0, False), ("share", 20.0, True)],
        [("hidden", 3.0, True), ("share", 21.0, True)],
        [("hidden", 3.0, False), ("share", 20.0, True)],
    ]
    assert len(list((folder.ledger / KEPT).glob("*.parquet"))) == 3


def test_what_each_month_adds_is_remembered_until_it_changes(folder: DataFolder) -> None:
    mean = ("mean", 30.0, 2.0, 15.0, False)
    _run(folder, "run-1", mean, records=(10, 20))
    _run(folder, "run-2", mean, records=(10, 20))
    _run(folder, "run-3", mean)
    month, key = END.replace(day=1), ("mean", AREA, "numerator")
    first, third = read_memory(folder).states
    assert first.months[key] == {month: 30.0}
    assert third.months[key] == {month: 0.0}


def test_a_mean_is_remembered_with_its_records_and_none_that_was_withheld(
    folder: DataFolder,
) -> None:
    _run(folder, "run-1", ("mean", 30.0, 2.0, 15.0, True), records=(10, 20))
    _run(folder, "run-2", ("mean", 31.0, 2.0, 16.0, True), records=(10, 21))
    _run(folder, "run-3", ("mean", 35.0, 2.0, 17.5, False), records=(10, 25))
    first, second = read_memory(folder).means["mean", AREA]
    assert (first.value, second.value) == (15.0, 16.0)
    assert (len(first.members), len(second.members)) == (2, 2)
    assert len({member >> AMOUNT_BITS for member in first.members ^ second.members}) == 1


def test_a_pack_that_is_published_again_prints_the_same(folder: DataFolder) -> None:
    _run(folder, "run-1", ("share", 20.0, 90.0, 22.0, True))
    ledger, marts = Ledger(folder.ledger), folder.work / "run-1.duckdb"
    remember(folder, ledger, marts, "run-1", IDENTITIES)
    assert len(read_memory(folder).states) == 1

    with duckdb.connect(str(marts)) as connection:
        connection.execute("update marts.rpt_figures set numerator = 21")
    with pytest.raises(NotPublishable, match="published a pack with other figures"):
        remember(folder, ledger, marts, "run-1", IDENTITIES)
    assert len(read_memory(folder).states) == 1


def test_what_a_run_that_died_would_have_printed_is_no_memory(folder: DataFolder) -> None:
    printed = ("share", 20.0, 90.0, 22.0, True)
    _run(folder, "run-1", printed, is_published=False)
    assert read_memory(folder).states == ()

    _run(folder, "run-2", printed)
    assert _shown(read_memory(folder)) == [[("share", 20.0, True)]]


def test_pack_of_an_earlier_version_tells_which_figures_it_printed(folder: DataFolder) -> None:
    ledger = Ledger(folder.ledger)
    ledger.record_run("started", "run-1", DETAIL)
    old = {"indicator_id": "share", "area_code": AREA, "period_end": END, "numerator": 20.0}
    (folder.ledger / KEPT).mkdir()
    pq.write_table(pa.Table.from_pylist([old]), folder.ledger / KEPT / "run-1.parquet")
    ledger.record_run("published", "run-1", {})
    assert read_memory(folder).issued == {("share", AREA, END)}
    _run(folder, "run-2", ("share", 21.0, 90.0, 23.0, False))
    assert read_memory(folder).issued == frozenset()


def test_printed_means_have_the_numbers_that_their_records_have_under_a_new_key(
    folder: DataFolder,
) -> None:
    """Two of them have the same day and amount; one of a pack before has been corrected since."""
    _run(folder, "run-1", ("mean", 49.0, 3.0, 16.3, True), records=(10, 20, 19))
    _run(folder, "run-2", ("mean", 50.0, 3.0, 16.7, True), records=(10, 20, 20))
    ledger, marts = Ledger(folder.ledger), folder.work / "run-3.duckdb"
    for copy in (folder.warehouse_file, marts):
        shutil.copyfile(folder.work / "run-2.duckdb", copy)
    with duckdb.connect(str(marts)) as connection:
        connection.execute("update marts.fct_counted_records set record_key = 'new ' || record_key")
    former = read_memory(folder).means["mean", AREA]
    lead_memory(folder, ledger, marts, IDENTITIES.sums)
    assert read_memory(folder).means["mean", AREA] == former

    ledger.enter_rekey({"key_check": "another key", "first_keys": "0"})
    for _ in range(2):
        lead_memory(folder, ledger, marts, IDENTITIES.sums)

    before, last = read_memory(folder).means["mean", AREA]
    assert len(last.members - former[1].members) == 3
    assert len(last.members & before.members) == 2
    # Nothing is new to a pack under the new key.
    ledger.record_run("started", "run-3", DETAIL)
    remember(folder, ledger, marts, "run-3", IDENTITIES)
    assert not (folder.ledger / KEPT / "run-3.parquet").exists()
    assert {path.name.partition(".")[0] for path in (folder.ledger / KEPT).iterdir()} == {
        "run-1",
        "run-2",
    }
    assert len(list((folder.ledger / KEPT).iterdir())) == 2
