"""dbt's models on a Spark session: dbt's own selections, and the models in Python between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.settings import DBT_FOLDER, DataFolder

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt.contracts.graph.nodes import ModelNode
    from pyspark.sql import SparkSession

# The questions to each macro of macros/engines.sql; every other test is asked of the tables that DuckDB loads.
TEST_OF_THE_ENGINE = "engines"


class _Told:
    """What a model in Python sees of dbt: the tables that it reads."""

    def __init__(self, session: SparkSession, schemas: dict[str, str]) -> None:
        self._session = session
        self._schemas = schemas

    def config(self, **_told: Any) -> None:
        """Where a table is put is dbt's to say."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """A table of the session; its `df` gives the types that DuckDB's own tables give."""
        table = self._session.table(f"{self._schemas[name]}.{name}")
        return duckdb.from_arrow(table.toArrow())


def build_models(
    folder: DataFolder,
    session: SparkSession,
    flags: Sequence[str],
    on_event: Callable[[Any], None],
) -> dbtRunnerResult:
    """Build every model on the session, and ask its engine the tests of the macros; the result of what ended it."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    where = (
        "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER),
        "--target", "spark", "--target-path", str(folder.spark / "target"),
    )  # fmt: skip
    parsed = dbtRunner(callbacks=[on_event]).invoke([*flags, "parse", *where])
    manifest = parsed.result
    if not isinstance(manifest, Manifest):
        return parsed
    runner = dbtRunner(manifest=manifest, callbacks=[on_event])
    root = json.dumps({"root": str(folder.root)})
    done = runner.invoke([*flags, "run-operation", "read_from", "--args", root, *where])
    for models, selection in _rounds(manifest):
        if done.success:
            for model in models:
                _build_in_python(folder, session, model, manifest)
            done = runner.invoke([*flags, "run", *selection, *where])
    if done.success:
        done = runner.invoke([*flags, "test", "--select", TEST_OF_THE_ENGINE, *where])
    return done


def _rounds(manifest: Manifest) -> Iterator[tuple[list[ModelNode], list[str]]]:
    """What is built in turn: models in Python whose tables are there by then, and dbt's selection of what follows."""
    waiting = {
        node.unique_id: node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.language == "python"
    }
    built: list[ModelNode] = []
    while True:
        after = [f"{node.name}+" for node in waiting.values()]
        selection = ["--select", *(f"{node.name}+" for node in built)] if built else []
        yield built, [*selection, "--exclude", *(node.name for node in built), *after]
        if not waiting:
            return
        built = [n for n in waiting.values() if not _ancestors(n, manifest) & waiting.keys()]
        for node in built:
            del waiting[node.unique_id]


def _ancestors(node: ModelNode, manifest: Manifest) -> set[str]:
    found: set[str] = set()
    following = list(node.depends_on_nodes)
    while following:
        name = following.pop()
        if name not in found:
            found.add(name)
            following.extend(getattr(manifest.nodes.get(name), "depends_on_nodes", ()))
    return found


def _build_in_python(
    folder: DataFolder, session: SparkSession, node: ModelNode, manifest: Manifest
) -> None:
    """Call a model's own `model` on the session's tables; the session reads its rows from Parquet."""
    schemas = {other.name: other.schema for other in manifest.nodes.values()}
    code: dict[str, Any] = {}
    exec(compile(node.raw_code, node.path, "exec"), code)  # noqa: S102 -- a model of this project
    rows = code["model"](_Told(session, schemas), session)
    place = folder.spark / f"{node.name}.parquet"
    duckdb.from_df(rows).write_parquet(str(place))
    session.sql(f"create schema if not exists {node.schema}")
    rows_of = f"select * from parquet.`{place}`"  # noqa: S608 -- a file of our own
    session.sql(f"create view {node.schema}.{node.name} as {rows_of}")
