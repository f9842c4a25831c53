"""Whether a run would publish only what stands already: nothing that decides a figure or a page has changed."""

from __future__ import annotations

import hashlib
import json

from orchestration.durable import write
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.settings import DataFolder, Settings
from orchestration.warehouse.serving import damaged_surfaces

PUBLISHED_STATE = "published_state.json"
TAKEN_STATE = "landing_taken"
EMPTY = "empty"


def state_of(*, landing: str, asked: str, code: str, settings: Settings, ledger: Ledger) -> str:
    """A digest of what decides what is published.

    Landing, what the run was asked for, code (with DfE's rules where they are installed), settings, and what the ledger holds of extracts and of people's answers.
    """
    parts = [landing, asked, code, settings.model_dump_json(), *map(str, ledger.counts())]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def remember(folder: DataFolder, run_id: str, state: str) -> None:
    """Note the state that a run has published."""
    write(folder.work / PUBLISHED_STATE, json.dumps({"run_id": run_id, "state": state}).encode())


def standing_run(folder: DataFolder, state: str, serving: str | None) -> str | None:
    """The run that has published this very state, if all that it published is still there and whole; else None.

    A note that cannot be read says nothing: the run that follows writes it again.
    """
    if serving is None:
        return None
    try:
        published = json.loads((folder.work / PUBLISHED_STATE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    is_same = published == {"run_id": serving, "state": state}
    return serving if is_same and not damaged_surfaces(folder) else None


def remember_taken(folder: DataFolder, landing: str) -> None:
    """Note the state of landing that has been taken in."""
    write(folder.work / TAKEN_STATE, landing.encode())


def taken_state(folder: DataFolder) -> str | None:
    """The state of landing when it was last taken in (`landing_state`); None before the first time."""
    state = folder.work / TAKEN_STATE
    return state.read_text(errors="replace") if state.exists() else None


def refuse_emptied(folder: DataFolder, landing: str) -> None:
    """Raise NothingPublished where landing held files when it was last taken in and holds none: so looks a share that is not mounted."""
    if landing == EMPTY and taken_state(folder) not in (None, EMPTY):
        raise NothingPublished(
            f"{folder.landing} is empty, though it held extracts when it was last looked at: is its share mounted? If"
            " they have been taken away on purpose, `cypp run --force` goes on without them"
        )
