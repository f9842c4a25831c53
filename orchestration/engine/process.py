"""The process that a Spark session lives in: `python -m orchestration.engine.process probe|build`.

Of its own, so that the memory of Spark's Java is free again before DuckDB loads what was built. It says what `cypp-dbt`
says: events without a value of a record, of an error its kind.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.engine.models import build_models
from orchestration.engine.session import begin
from orchestration.settings import (
    PRIVATE_UMASK,
    DataFolder,
    EngineSettings,
    data_folder,
    load_settings,
)
from orchestration.warehouse.dbt_process import QUIETLY, complain, end_with_parent, on_event


def main() -> None:
    """Build the models of the folder of CYPP_DATA_DIR, or see whether its settings give a session."""
    end_with_parent()
    os.umask(PRIVATE_UMASK)
    folder = data_folder(None)
    engine = load_settings(folder.root).engine
    if sys.argv[1:] == ["build"]:
        sys.exit(_build(folder, engine))
    with TemporaryDirectory() as place, _session_in(Path(place), engine) as session:
        session.sql("select 1").collect()


def _build(folder: DataFolder, engine: EngineSettings) -> int:
    shutil.rmtree(folder.spark, ignore_errors=True)
    folder.spark.mkdir(mode=0o700)
    os.chdir(folder.root)
    with _session_in(folder.spark, engine) as session:
        done: Any = build_models(folder, session, QUIETLY, on_event)
    if done.exception is not None:
        complain("dbt", str(done.exception))
    return 0 if done.success else 1


@contextmanager
def _session_in(place: Path, engine: EngineSettings) -> Generator[Any]:
    session = begin(place, engine)
    try:
        yield session
    finally:
        session.stop()


if __name__ == "__main__":
    main()
