"""Where Dagster keeps the events of its runs: its own SQLite files, over connections that are kept.

Dagster 1.13 makes an SQLAlchemy engine for each of some three thousand statements of a night, and so compiles
each statement anew and opens and closes the file, which SQLite answers by folding its journal in: seconds of a
night of half a minute. Named in `dagster.yaml`; without it, runs are only slower.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool


class KeptEventStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log with one engine, and one connection, for the index and for the run of the moment."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 -- Dagster's own signature
    ) -> Self:
        """In the folder that Dagster gives its events itself."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            # A page of runs, or a daemon of months, would else hold each run's file open.
            for other in self._engines.keys() - {INDEX_SHARD_NAME}:
                self._engines.pop(other).dispose()
            engine = create_engine(
                self.conn_string_for_shard(shard), poolclass=QueuePool, pool_size=1,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )  # fmt: skip
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            # Kept only once it is ready: what failed is tried again from the start.
            self._engines[shard] = engine
        return self._engines[shard]

    @property
    def open_shards(self) -> set[str]:
        """Whose files are held: the index, and one run by its id."""
        return set(self._engines)

    def dispose(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()
