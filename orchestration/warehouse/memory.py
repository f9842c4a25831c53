"""What earlier runs asked and flagged, kept in the ledger: the memory of issues and of anomalies.

One Parquet file per run that published, never changed: `ledger/issues`, `ledger/anomalies`. A run with an
earlier knowledge date reads them and writes none (dbt_project/docs/history.md, 'Knowledge date'). What a record
is worth saying about is decided in dbt (`fct_dq_issues`, `fct_anomalies`); here it is only kept.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import put
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder
from orchestration.warehouse.opening import opened
from orchestration.warehouse.schemas import input_schema

# Of every event, the run that published it; the run itself is not kept in its file.
OF_THE_RUN = ("run_id", "happened_at", "event_number")
KEPT = {"issues": "issue_events", "anomalies": "anomaly_events"}


def _kept_schema(name: str) -> pa.Schema:
    """What the ledger keeps of each event."""
    return pa.schema(
        [column for column in input_schema(KEPT[name]) if column.name not in OF_THE_RUN]
    )


def _events(ledger: Ledger, name: str) -> pa.Table:
    """The events of every run that published, each with its run and the moment it ended."""
    schema = input_schema(KEPT[name])
    found = []
    for run, path in ledger.kept_by_runs(name):
        events = pq.read_table(path)
        of_the_run = (run.run_id, run.finished_at, run.event_number)
        for column, value in zip(OF_THE_RUN, of_the_run, strict=True):
            constant = pa.scalar(value, type=schema.field(column).type)
            events = events.append_column(column, pa.repeat(constant, len(events)))
        found.append(events)
    return pa.concat_tables(found).cast(schema) if found else schema.empty_table()


def write_memory(ledger: Ledger, target: Path) -> None:
    """Tell dbt what earlier runs said and what owners answered."""
    for name, table in KEPT.items():
        pq.write_table(_events(ledger, name), target / f"{table}.parquet")
    answers = pa.Table.from_pylist(
        [vars(answer) for answer in ledger.issue_answers()], schema=input_schema("issue_answers")
    )
    pq.write_table(answers, target / "issue_answers.parquet")


# What differs from what the ledger says last; an issue already put right when it was first read was never asked.
FRESH = {
    "issues": """
        with last as (
            select area_code, issue_key, arg_max(event, event_number) as event
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


def store(folder: DataFolder, marts: Path, run_id: str) -> None:
    """Keep what the run about to publish opens, closes or flags for the first time."""
    with opened(marts) as connection:
        for name, table in KEPT.items():
            schema = _kept_schema(name)
            fresh = connection.execute(
                f"select {', '.join(schema.names)} from ({FRESH[name]})",  # noqa: S608 -- fixed text
                [str(folder.raw / "run" / f"{table}.parquet")],
            ).to_arrow_table()
            if fresh.num_rows:
                path = folder.ledger / name / f"{run_id}.parquet"
                path.parent.mkdir(mode=0o700, exist_ok=True)
                partial = path.with_suffix(".partial")
                pq.write_table(fresh.cast(schema), partial)
                put(partial, path)
