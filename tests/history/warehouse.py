"""An in-memory DuckDB that holds a world as intake would have left it and runs compiled models on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from expectations.contract import contract_for, sources
from orchestration.intake.kept.raw_tables import raw_schema
from orchestration.intake.keys import keyed_hash
from orchestration.settings import DBT_FOLDER
from orchestration.warehouse.schemas import input_schema
from tests.history.compiled import Model, ancestors_of
from tests.history.world import Submission, World, received_at

SECRET = b"history tests only, not a key of any data folder"
RUN_TABLES = ("run", "settings", "areas", "receipts", "tables")
# The one model that no world changes.
CALENDAR = "hist_calendar"
# Later than every as-at date of a world: everything that was received may serve.
LATE = date(2039, 12, 31)
RENAMED = {"child": "child_key"}
# Tests speak of the end of every interval; two tables call theirs otherwise.
END_COLUMNS = {"list_6": "closure_date", "cin_details": "closure_date"}

Told = dict[str, list[dict[str, Any]]]


def _literal(value: object) -> str:
    """A value as SQL; statements with literals are several times faster here than prepared ones."""
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"timestamptz '{value.isoformat()}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    assert isinstance(value, str)
    return f"'{value}'"


def _raw_schemas() -> Iterator[tuple[str, pa.Schema]]:
    for source in sources():
        for name, table in contract_for(source).tables.items():
            if not table.recognised_only:
                yield f"{source}__{name}", raw_schema(table)
    for name in RUN_TABLES:
        yield f"run__{name}", input_schema(name)


def _open(models: Mapping[str, Model]) -> duckdb.DuckDBPyConnection:
    """Raw tables and models, all empty but for the seeds and the calendar."""
    connection = duckdb.connect(":memory:", config={"threads": "1"})
    # The catalogue that dbt names its relations with: the file of the layers.
    connection.execute("attach ':memory:' as layers; use layers")
    # A statement is planned once, for one world: what that world holds must not decide the plan.
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    for schema in ("raw", "seeds", "staging", "history", "populations"):
        connection.execute(f"create schema {schema}")
    used = {f"{source}__{table}" for model in models.values() for source, table in model.raw_tables}
    for name, columns in _raw_schemas():
        if name in used:
            connection.register("empty", columns.empty_table())
            connection.execute(f"create table raw.{name} as select * from empty")
            connection.unregister("empty")
    for path in (DBT_FOLDER / "seeds").glob("*.csv"):
        connection.execute(f"create table seeds.{path.stem} as select * from read_csv('{path}')")
    for model in ancestors_of(models, models):
        kind, sql = (
            ("view", model.on_tables()) if model.schema == "staging" else ("table", model.sql)
        )
        connection.execute(f"create {kind} {model.relation} as {sql}")
    return connection


@dataclass
class Warehouse:
    """Runs the models it is given; a variant with other models shares the database.

    Tables stand for good and only their rows are rolled back, and each statement is planned once:
    thousands of worlds would otherwise take minutes.
    """

    models: Mapping[str, Model]
    connection: duckdb.DuckDBPyConnection
    statements: dict[str, str]
    children: dict[str, str]

    @classmethod
    def opened(cls, models: Mapping[str, Model]) -> Warehouse:
        return cls(models, _open(models), {}, {})

    def running(self, models: Mapping[str, Model]) -> Warehouse:
        """The same database with other models."""
        return Warehouse(models, self.connection, self.statements, self.children)

    def tell(
        self,
        world: World,
        *names: str,
        as_at: date | None = None,
        n_received: int | None = None,
        taken_in: Told | None = None,
    ) -> Told:
        """What the models say about a world at knowledge date K, or by the n-th receipt.

        Rows in a fixed order, children by the names that the test gave them. `taken_in`: rows of raw tables, beside
        those of the world.
        """
        by = None if n_received is None else received_at(n_received - 1)
        models = ancestors_of(self.models, names)
        read = {f"{source}__{table}" for model in models for source, table in model.raw_tables}
        self.connection.execute("begin")
        try:
            made = self._raw_tables(world, as_at or LATE, by)
            for table, rows in (*made, *(taken_in or {}).items()):
                if rows and table in read:
                    self._insert(table, rows)
            for model in models:
                if model.schema != "staging" and model.name != CALENDAR:
                    self.connection.execute(f"execute {self._statement(model)}")
            return {name: self._rows(self.models[name]) for name in names}
        finally:
            self.connection.execute("rollback")

    def _statement(self, model: Model) -> str:
        if model.sql not in self.statements:
            name = f"statement_{len(self.statements)}"
            self.connection.execute(f"prepare {name} as insert into {model.relation} {model.sql}")
            self.statements[model.sql] = name
        return self.statements[model.sql]

    def _rows(self, model: Model) -> list[dict[str, Any]]:
        result = self.connection.execute(f"select * from {model.schema}.{model.name}")
        columns = [column[0] for column in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        for row in rows:
            if "child_key" in row:
                key = row.pop("child_key")
                row["child"] = self.children.get(key, key)
        return sorted(rows, key=repr)

    def _raw_tables(
        self, world: World, as_at: date, received_by: datetime | None
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """What intake leaves of a world; a version that came twice is there once."""
        run = {"run_id": "r", "knowledge_date": as_at, "received_by": received_by}
        yield "run__run", [run]
        yield (
            "run__settings",
            [
                {
                    "run_id": "run",
                    "cp_visit_working_days": 10,
                    "contact_follow_up_days": 14,
                    "grid_from": None,
                    "grid_to": None,
                }
            ],
        )
        areas = sorted({submission.area for submission in world})
        yield "run__areas", [{"area_code": area} for area in areas]
        yield (
            "run__receipts",
            [_receipt(submission, place) for place, submission in enumerate(world)],
        )
        versions = {submission.submission_id: submission for submission in world}.values()
        yield "run__tables", [row for submission in versions for row in _covers(submission)]
        tables: dict[str, list[dict[str, Any]]] = {}
        for submission in versions:
            for name, rows in submission.tables.items():
                if name not in submission.failed and submission.verdict == "accepted":
                    raw = tables.setdefault(f"{submission.source}__{name}", [])
                    raw.extend(
                        self._raw(submission, name, place, row) for place, row in enumerate(rows)
                    )
        yield from tables.items()

    def _raw(
        self, submission: Submission, table: str, place: int, row: Mapping[str, Any]
    ) -> dict[str, Any]:
        records = contract_for(submission.source).tables[table].records
        renamed = {**RENAMED, "end_date": END_COLUMNS.get(table, "end_date")}
        written = {renamed.get(name, name): value for name, value in row.items()}
        written["child_key"] = self._key(submission.area, row["child"])
        carries = {f"has_{record}": True for record in records}
        return {
            "submission_id": submission.submission_id,
            "row_id": place + 1,
            **carries,
            **written,
        }

    def _key(self, area: str, child: str) -> str:
        key = keyed_hash(SECRET, "child", area, child)
        self.children[key] = child
        return key

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        values = ", ".join(
            f"({', '.join(_literal(row.get(name)) for name in columns)})" for row in rows
        )
        self.connection.execute(f"insert into raw.{table} ({', '.join(columns)}) values {values}")


def _receipt(submission: Submission, place: int) -> dict[str, Any]:
    return {
        "submission_id": submission.submission_id, "area_code": submission.area,
        "source": submission.source, "folder_month": submission.month, "version": submission.version,
        "as_at_date": submission.as_at, "received_at": received_at(place), "event_number": place + 1,
        "verdict": submission.verdict, "is_shipped": False,
    }  # fmt: skip


def _covers(submission: Submission) -> Iterator[dict[str, Any]]:
    for name in submission.tables:
        cover_from, cover_to = submission.cover(name)
        failed = name in submission.failed
        yield {
            "submission_id": submission.submission_id, "table_name": name, "is_failed": failed,
            "cover_from": None if failed else cover_from, "cover_to": None if failed else cover_to,
        }  # fmt: skip
