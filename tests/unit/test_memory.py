"""What a run keeps of issues and anomalies: changes only, and only of runs that published."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.ledger.ledger import Ledger
from orchestration.warehouse import memory
from tests.owners.conftest import Published


def _night(published: Published, run_id: str, publishes: bool = True) -> list[tuple[str, str]]:
    """One run on what the warehouse holds: what it keeps, as (issue, event)."""
    folder = published.write()
    ledger = Ledger(folder.ledger)
    (folder.raw / "run").mkdir(exist_ok=True)
    ledger.record_run(
        "started", run_id, {"as_at": "2025-04-10", "code_version": "1", "received_by": None}
    )
    memory.write_memory(ledger, folder.raw / "run")
    memory.store(folder, folder.warehouse_file, run_id)
    if publishes:
        ledger.record_run("published", run_id, {})
    path = folder.ledger / "issues" / f"{run_id}.parquet"
    rows = pq.read_table(path).to_pylist() if path.exists() else []
    return sorted((row["issue_key"], row["event"]) for row in rows)


def test_issue_is_opened_once_closed_once_and_opened_again_when_it_comes_back(
    tmp_path: Path,
) -> None:
    published = Published(tmp_path)
    published.add_issue("stays")
    published.add_issue("moves")
    published.add_issue("never asked", status="fixed")
    assert _night(published, "n1") == [("moves", "opened"), ("stays", "opened")]
    assert _night(published, "n2") == []
    published.rows["fct_dq_issues"][1]["status"] = "fixed"
    assert _night(published, "n3") == [("moves", "fixed")]
    assert _night(published, "n4") == []
    published.rows["fct_dq_issues"][1]["status"] = "explained"
    assert _night(published, "n5") == [("moves", "opened")]


def test_run_that_did_not_publish_is_not_remembered(tmp_path: Path) -> None:
    published = Published(tmp_path)
    published.add_issue("1")
    assert _night(published, "n1", publishes=False) == [("1", "opened")]
    assert _night(published, "n2") == [("1", "opened")]


def test_anomaly_is_kept_once_and_not_when_it_has_closed(tmp_path: Path) -> None:
    published = Published(tmp_path)
    usual = {"kind": "flow", "area_code": "E09000003", "period_end": date(2025, 3, 31), "run_id": "r1",
             "first_seen": date(2025, 4, 10)}  # fmt: skip
    published.rows["fct_anomalies"] += [
        {**usual, "series_id": "a", "status": "new"}, {**usual, "series_id": "b", "status": "closed"},
    ]  # fmt: skip
    _night(published, "n1")
    _night(published, "n2")
    kept = pq.read_table(tmp_path / "ledger" / "anomalies").to_pylist()
    assert [row["series_id"] for row in kept] == ["a"]


def test_dbt_is_told_when_each_run_said_it(tmp_path: Path) -> None:
    published = Published(tmp_path)
    published.add_issue("1")
    _night(published, "n1")
    _night(published, "n2")
    [event] = pq.read_table(tmp_path / "raw" / "run" / "issue_events.parquet").to_pylist()
    assert (event["run_id"], event["asked_on"]) == ("n1", date(2025, 4, 10))
    assert event["happened_at"] <= datetime.now(UTC)
