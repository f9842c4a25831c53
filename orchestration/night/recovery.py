"""One run at a time in a data folder, and what a killed run or command leaves behind, settled by the next one."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress

from filelock import FileLock, Timeout

from orchestration.alone import working_alone
from orchestration.intake.kept.archive import remove_brought
from orchestration.intake.kept.mending import remove_former_layout
from orchestration.intake.kept.storage import settle_storage
from orchestration.intake.submissions import refuse_wrong_key
from orchestration.ledger.chain import is_begun
from orchestration.ledger.damage import FAILURES
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.rekeying import settle_rekey
from orchestration.night.removal import finish_removal
from orchestration.night.synthetic import settle_written, take_over_old_mark
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.warehouse.opening import refuse_wrong_encryption
from orchestration.warehouse.publish import remove_unfinished
from orchestration.warehouse.serving import serving_run_id

LOCK_SECONDS = 900


def refuse_unbegun(folder: DataFolder) -> None:
    """Raise ConfigurationError where nothing was ever taken in, so that a mistyped folder gets no all-clear.

    Nothing is made there. Raises LedgerDamaged where a ledger is lost.
    """
    if not is_begun(folder.ledger):
        raise ConfigurationError(
            f"nothing has been taken in yet in {folder.root}: name the data folder with --data-dir"
        )


@contextmanager
def alone_in(folder: DataFolder, *, of_night: bool = False) -> Generator[Ledger]:
    """The ledger of a data folder in which nobody else works; what killed runs left is settled.

    May be entered again within itself. `of_night`: why a night published nothing is entered in the ledger, also where
    it could not begin, and raised as `failure_entered` does. Without it raises KeyFileError, ConfigurationError, or
    what a damaged ledger raises; with and without it filelock.Timeout.
    """
    folder.create()
    lock = FileLock(folder.lock_file, timeout=LOCK_SECONDS, is_singleton=True, thread_local=False)
    with working_alone(folder, lock), ExitStack() as held:
        ledger = Ledger(folder.ledger)
        if of_night:
            held.enter_context(failure_entered(ledger))
        if lock.lock_counter == 1:
            settle_storage(folder, ledger)
            settle_rekey(folder, ledger)
        refuse_wrong_key(folder, ledger)
        if lock.lock_counter == 1:
            finish_removal(folder, ledger)
            settle_killed_runs(folder, ledger)
            settle_written(folder)
            take_over_old_mark(folder, ledger)
            refuse_wrong_encryption(folder)
            remove_former_layout(folder, ledger)
        try:
            yield ledger
        finally:
            if lock.lock_counter == 1:
                remove_brought(folder)


def settle_killed_runs(folder: DataFolder, ledger: Ledger) -> None:
    """Settle runs that were killed: published when the warehouse that serves is theirs, else failed."""
    last = {run_id: event for run_id, event, *_ in ledger.runs()}
    serving = serving_run_id(folder, ledger)
    for run_id, event in last.items():
        if run_id == serving and event != "published":
            ledger.record_run("published", run_id, {"reason": "interrupted"})
        elif event == "started":
            ledger.record_run("failed", run_id, {"reason": "interrupted"})
    shutil.rmtree(folder.work / "spill", ignore_errors=True)
    for link in (folder.parquet, folder.outputs):
        remove_unfinished(link)


def is_at_work(folder: DataFolder) -> bool:
    """Whether a run holds the data folder."""
    if not folder.lock_file.exists():
        return False
    try:
        with working_alone(folder, FileLock(folder.lock_file, timeout=0)):
            return False
    except Timeout:
        return True


def record_failure(ledger: Ledger, reason: str, *, of_night: bool = True) -> None:
    """Enter that the run under way has failed; where none is, that the night has come to none."""
    events = ledger.runs()
    if events and events[-1][1] == "started":
        ledger.record_run("failed", events[-1][0], {"reason": reason})
    elif of_night:
        ledger.record_attempt("failed", reason=reason)


@contextmanager
def failure_entered(ledger: Ledger) -> Generator[None]:
    """Enter why a night published nothing, also before its run had started; once, if a step has done so already.

    Raises as `told_in_words` does. Nothing is entered about a wrong configuration: it has touched nothing.
    """
    before = len(ledger.nights())
    try:
        with told_in_words():
            yield
    except NothingPublished as error:
        # Where the ledger itself is what failed, it cannot say so.
        with suppress(*FAILURES):
            if all(event != "failed" for _, event, *_ in ledger.nights()[before:]):
                record_failure(ledger, str(error))
        raise
