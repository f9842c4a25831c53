"""What earlier runs asked and flagged, kept in the ledger: the memory of issues and of anomalies.

One Parquet file per run that published, never changed: `ledger/issues`, `ledger/anomalies`. A run with an
earlier knowledge date reads them and writes none (dbt_project/docs/history.md, 'Knowledge date'). What a record
is worth saying about is decided in dbt (`fct_dq_issues`, `fct_anomalies`); here it is only kept.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.intake.ledger import Ledger
from orchestration.settings import DataFolder

TIME = pa.timestamp("us", tz="UTC")
ISSUE_EVENTS = {
    "area_code": pa.string(), "issue_key": pa.string(), "event": pa.string(), "asked_on": pa.date32(),
    "check_id": pa.string(), "rule_code": pa.string(), "severity": pa.string(), "source": pa.string(),
    "table_name": pa.string(), "child_key": pa.string(), "field": pa.string(), "case_key": pa.string(),
    "source_row": pa.int64(), "is_quarantined": pa.bool_(), "message": pa.string(),
    "first_seen": pa.date32(), "last_seen": pa.date32(),
}  # fmt: skip
ANOMALY_EVENTS = {
    "series_id": pa.string(), "kind": pa.string(), "area_code": pa.string(), "period_end": pa.date32(),
    "observed": pa.float64(), "expected": pa.float64(), "lower": pa.float64(), "upper": pa.float64(),
    "method": pa.string(), "baseline_from": pa.date32(), "baseline_reason": pa.string(),
    "first_seen": pa.date32(),
}  # fmt: skip
RUN_COLUMNS = {"run_id": pa.string(), "happened_at": TIME}
ANSWERS = {
    "area_code": pa.string(), "issue_key": pa.string(), "answer": pa.string(), "reason": pa.string(),
    "note": pa.string(), "answered_by": pa.string(), "approver": pa.string(), "until": pa.date32(),
    "answered_at": TIME,
}  # fmt: skip
KEPT = {"issues": ISSUE_EVENTS, "anomalies": ANOMALY_EVENTS}


def _events(folder: DataFolder, ledger: Ledger, name: str) -> pa.Table:
    """The events of every run that published, each with its run and the moment it ended."""
    schema = pa.schema([*KEPT[name].items(), *RUN_COLUMNS.items()])
    found = []
    for run in ledger.published_runs():
        path = folder.ledger / name / f"{run.run_id}.parquet"
        if path.exists():
            events = pq.read_table(path)
            events = events.append_column("run_id", pa.repeat(run.run_id, len(events)))
            moment = pa.scalar(run.finished_at, type=TIME)
            found.append(events.append_column("happened_at", pa.repeat(moment, len(events))))
    return pa.concat_tables(found).cast(schema) if found else schema.empty_table()


def write_memory(folder: DataFolder, ledger: Ledger, target: Path) -> None:
    """Tell dbt what earlier runs said and what owners answered."""
    pq.write_table(_events(folder, ledger, "issues"), target / "issue_events.parquet")
    pq.write_table(_events(folder, ledger, "anomalies"), target / "anomaly_events.parquet")
    answers = pa.Table.from_pylist(
        [vars(answer) for answer in ledger.issue_answers()], schema=pa.schema(list(ANSWERS.items()))
    )
    pq.write_table(answers, target / "issue_answers.parquet")


# What differs from what the ledger says last; an issue already put right when it was first read was never asked.
FRESH = {
    "issues": """
        with last as (
            select area_code, issue_key, arg_max(event, happened_at) as event
            from read_parquet($1) group by all
        )
        select
            issues.* exclude (run_id),
            case when issues.status = 'fixed' then 'fixed' else 'opened' end as event,
            runs.as_at as asked_on
        from marts.fct_dq_issues as issues
        inner join marts.dim_runs as runs on issues.run_id = runs.run_id
        left join last
            on issues.area_code = last.area_code and issues.issue_key = last.issue_key
        where
            (issues.status <> 'fixed' and coalesce(last.event, 'fixed') = 'fixed')
            or (issues.status = 'fixed' and last.event = 'opened')
    """,
    "anomalies": """
        select * from marts.fct_anomalies as flagged
        where status <> 'closed' and not exists (
            select 1 from read_parquet($1) as known
            where known.series_id = flagged.series_id and known.area_code = flagged.area_code
                and known.period_end = flagged.period_end
        )
    """,
}
KNOWN = {"issues": "issue_events.parquet", "anomalies": "anomaly_events.parquet"}


def store(folder: DataFolder, marts: Path, run_id: str) -> None:
    """Keep what the run about to publish opens, closes or flags for the first time."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        for name, columns in KEPT.items():
            fresh = connection.execute(
                f"select {', '.join(columns)} from ({FRESH[name]})",  # noqa: S608 -- fixed text
                [str(folder.raw / "run" / KNOWN[name])],
            ).to_arrow_table()
            if fresh.num_rows:
                path = folder.ledger / name / f"{run_id}.parquet"
                path.parent.mkdir(mode=0o700, exist_ok=True)
                pq.write_table(fresh.cast(pa.schema(list(columns.items()))), path)
