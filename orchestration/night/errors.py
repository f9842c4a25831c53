"""How a step ends that cannot be done: in words for the operator, without a value of a record."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import Timeout

from orchestration.checks.judge import ChecksFailed
from orchestration.intake.keys import KeyFileError
from orchestration.ledger.damage import LedgerDamaged
from orchestration.object_store import StoreUnreachable
from orchestration.registry.indicators import RegistryError
from orchestration.reports.disclosure.rules import AttackFailed, NoRule
from orchestration.settings import ConfigurationError
from orchestration.warehouse.publish import NotPublishable
from orchestration.workers import NotEnoughMemory

# The job's name in Dagster: what a refused step tells the operator to start.
JOB = "nightly"
NO_MEMORY = (
    "the memory that this machine or its limits allow is not enough: give the job more (8 GB are meant); the next run goes"
    " on by itself"
)
# Of a library that cannot be loaded, a process or a thread that cannot be started.
NO_MEMORY_LEFT = (MemoryError, NotEnoughMemory, duckdb.OutOfMemoryException)
SIGNS_OF_NO_MEMORY = ("failed to map segment", "Cannot allocate memory", "can't start new thread")
# Folders with files as they were received, whose names may hold a child's.
HOLDS_RECEIVED = frozenset({"landing", "archive", "taking_in"})


class NothingPublished(Exception):
    """The run ended without publishing; the last good warehouse stays in place (exit status 1)."""


def needs_the_job(what: str) -> NothingPublished:
    """A step was asked for whose input is not there, or not of the same run."""
    return NothingPublished(f"{what}: start the job `{JOB}`")


def _without_names(path: str | None) -> str:
    """A path as far as nobody else has named what is in it."""
    place = Path(path or "")
    received = (folder for folder in place.parents if folder.name in HOLDS_RECEIVED)
    return str(next(received, place)) if path else ""


def _refuse_without_memory(error: Exception) -> None:
    """Raise NothingPublished where the system had no memory left, whichever way the error says so."""
    is_refused = any(sign in str(error) for sign in SIGNS_OF_NO_MEMORY)
    if is_refused or isinstance(error, NO_MEMORY_LEFT):
        raise NothingPublished(NO_MEMORY) from None


@contextmanager
def told_in_words() -> Generator[None]:
    """Known failures keep their words; of anything else only the kind and the place leave the step.

    Raises NothingPublished and ConfigurationError only.
    """
    try:
        yield
    except (NothingPublished, ConfigurationError):
        raise
    except Timeout:
        raise NothingPublished(
            "another run holds this data folder; try again when it has ended"
        ) from None
    except (KeyFileError, RegistryError) as error:
        raise ConfigurationError(str(error)) from None
    except (AttackFailed, ChecksFailed, LedgerDamaged, NoRule, NotPublishable) as error:
        raise NothingPublished(str(error)) from None
    except StoreUnreachable as error:
        raise NothingPublished(str(error)) from None
    except OSError as error:
        _refuse_without_memory(error)
        reason = error.strerror or type(error).__name__
        raise NothingPublished(f"{reason}: {_without_names(error.filename)}") from None
    except Exception as error:  # noqa: BLE001 -- its message could hold a value
        _refuse_without_memory(error)
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise NothingPublished(f"internal error {type(error).__name__} at {where}") from None
