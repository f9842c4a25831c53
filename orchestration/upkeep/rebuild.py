"""`cypp rebuild`: everything that can be derived is made again, from archive, ledger and `restricted/` alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from expectations.contract import sources
from orchestration.dagster.job import run_job
from orchestration.intake.kept.archive import not_made_again
from orchestration.intake.kept.mending import narrowed
from orchestration.intake.kept.partitions import enter, partitions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.landing import landing_state
from orchestration.ledger.ledger import Ledger
from orchestration.night.account import Outcome
from orchestration.night.errors import told_in_words
from orchestration.night.recovery import alone_in
from orchestration.night.steps import Request, registry
from orchestration.night.unchanged import EMPTY, refuse_emptied
from orchestration.settings import DataFolder
from orchestration.upkeep.landing import look_into_landing
from orchestration.warehouse.content import content_hash

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rebuilt:
    """What the run did that made everything again, and whether the published tables say the same."""

    outcome: Outcome
    before: str | None
    """The hash of what was published before; None where nothing was."""
    after: str


def rebuild(folder: DataFolder, request: Request, progress: Progress) -> Rebuilt:
    """Remove what can be made again, then run the job; what is published stays until it is replaced.

    Raises ConfigurationError (nothing touched) or NothingPublished. One that was killed is finished by the next run.
    """
    with told_in_words(), alone_in(folder) as ledger:
        registry()
        before = published_content(folder)
        landed = landing_state(folder.landing) if folder.landing.is_dir() else EMPTY
        refuse_emptied(folder, landed)
        remove_what_can_be_made_again(folder, ledger)
        # It needs none, but a run takes one that is missing for a share that is offline.
        folder.landing.mkdir(mode=0o700, exist_ok=True)
        outcome = run_job(folder, request, progress)
    assert isinstance(outcome, Outcome)  # noqa: S101 -- a rebuild asks for a run even if nothing has changed
    return Rebuilt(outcome, before, content_hash(folder.warehouse_file))


def published_content(folder: DataFolder) -> str | None:
    """The hash of the published tables; None where there are none that can be read."""
    with suppress(duckdb.Error):
        return content_hash(folder.warehouse_file) if folder.warehouse_file.exists() else None
    return None


def remove_what_can_be_made_again(folder: DataFolder, ledger: Ledger) -> None:
    """Remove what was read of the extracts, but for those of which nothing else is left."""
    last_ones = not_made_again(folder, ledger.versions(), look_into_landing(folder))
    keep = {id_of_version(version) for version in last_ones}
    partitions = (one for source in sources() for one in partitions_of(folder, ledger, source))
    # What is damaged the run takes out of the way itself.
    enter(ledger, [narrowed(one, keep) for one in partitions if not one.damaged()])
