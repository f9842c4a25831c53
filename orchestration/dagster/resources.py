"""What every step of a run uses: the data folder, alone in it, with its settings, and dbt."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import dagster as dg
from dagster_dbt import DbtCliResource
from filelock import FileLock

from orchestration.dagster.killed import mark_of
from orchestration.ledger.damage import FAILURES
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import JOB, NothingPublished, told_in_words
from orchestration.night.recovery import alone_in, record_failure
from orchestration.settings import (
    DBT_FOLDER,
    PRIVATE_UMASK,
    ConfigurationError,
    DataFolder,
    Settings,
    data_folder,
    load_settings,
)
from orchestration.warehouse.dbt import CYPP_DBT

OPERATIONS = ["team:data-engineering"]
"""Who looks after every asset."""


@dataclass(frozen=True)
class Data:
    """The data folder of a run and its settings."""

    folder: DataFolder
    settings: Settings
    is_night: bool = True
    """The job as a whole, not an asset that somebody asked for alone."""
    refused: NothingPublished | ConfigurationError | None = None
    """Why no step can begin."""

    @contextmanager
    def step(self) -> Generator[None]:
        """A step's work: what stops it is said in one sentence, entered as the run's failure and never tried again."""
        try:
            with told_in_words():
                if self.refused:
                    raise self.refused
                yield
        except (NothingPublished, ConfigurationError) as error:
            if isinstance(error, NothingPublished):
                self._enter(str(error))
            raise dg.Failure(description=str(error), allow_retries=False) from None

    def _enter(self, reason: str) -> None:
        # Where the ledger itself is what failed, it cannot say so.
        with suppress(*FAILURES):
            record_failure(Ledger(self.folder.ledger), reason, of_night=self.is_night)


@dg.resource
@contextmanager
def data_resource(context: dg.InitResourceContext) -> Generator[Data]:
    """One run's data folder, locked from its first step to its last."""
    # Whoever started this process: Dagster's own commands do not set it.
    os.umask(PRIVATE_UMASK)
    folder = data_folder(None)
    assert context.run is not None  # noqa: S101 -- it is the resource of a run
    is_night = context.run.job_name == JOB
    with ExitStack() as held:
        try:
            with told_in_words():
                folder.create()
                held.enter_context(FileLock(mark_of(folder, context.run.run_id)))
                held.enter_context(alone_in(folder))
                data = Data(folder, load_settings(folder.root), is_night)
        except (NothingPublished, ConfigurationError) as error:
            # A resource that fails would be tried again as a crash is; a step says why, once.
            data = Data(folder, Settings(), is_night, error)
        yield data


def dbt_resource(target: str = "nightly") -> DbtCliResource:
    """dbt as the night invokes it: in the data folder, without a value of a record in what it says."""
    return DbtCliResource(
        project_dir=str(DBT_FOLDER), profiles_dir=str(DBT_FOLDER), target=target,
        dbt_executable=str(CYPP_DBT),
    )  # fmt: skip
