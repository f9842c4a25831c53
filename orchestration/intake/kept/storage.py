"""Archive and raw in an object store: whose files these are, and whether all are there after a move.

A file beside the place in the store and `.storage.json` in the data folder hold the same sign: two data folders at one
address would each remove what the other has written.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.durable import files_below, write
from orchestration.intake.kept.archive import is_archived
from orchestration.intake.kept.partitions import partitions_of
from orchestration.ledger.ledger import Ledger
from orchestration.object_store import reached
from orchestration.settings import ConfigurationError, DataFolder, load_settings

if TYPE_CHECKING:
    from upath import UPath

NOTE = ".storage.json"
SIGN = "_belongs_to"
"""What is added to the name of a place in a store to have that of its sign."""
RUN = "run"
"""Within `raw/` what dbt is told about a run, which stays in the data folder."""


def settle_storage(folder: DataFolder, ledger: Ledger) -> None:
    """Begin with, or go on in, the places that the settings name. Raises ConfigurationError, or OSError.

    After a move nothing is done until every file that the ledger names is in the new place as it was written; then
    what is in the old one goes, where no purge would find it.
    """
    places = folder.storage.model_dump()
    said = _said(folder)
    if not any((*places.values(), *said.values())):
        return
    refuse_unusable(folder)
    sign = said.get("sign") or secrets.token_hex(16)
    former = {name: said.get(name) for name in places}
    if former != places:
        _refuse_within_another(_stores(folder))
        _refuse_incomplete(folder, ledger)
        _tell_left(former, places)
    # Here first: a sign in the store that nobody here knows would be another's.
    if said != {**places, "sign": sign}:
        write(folder.root / NOTE, json.dumps({**places, "sign": sign}).encode())
    for place in _stores(folder):
        if _sign_in(place) is None:
            with reached(place):
                _sign_of(place).write_text(sign, encoding="ascii")
    _remove_from_data_folder(folder)


def refuse_unusable(folder: DataFolder) -> None:
    """Raise ConfigurationError where a place is another data folder's or cannot be had, OSError where none answers."""
    _refuse_unfit(folder)
    sign = _said(folder).get("sign")
    for place in _stores(folder):
        if _sign_in(place) not in (None, sign):
            raise ConfigurationError(
                f"settings.toml: storage: {place} belongs to another data folder: take another address; where this one"
                f" has lost its {NOTE}, remove {_sign_of(place)}"
            )


def _stores(folder: DataFolder) -> list[UPath]:
    return [place for place in (folder.archive, folder.tables) if not isinstance(place, Path)]


def _refuse_within_another(stores: list[UPath]) -> None:
    """Raise ConfigurationError where an address above or below is another data folder's: files here would be its own."""
    for place in stores:
        above = [one for one in place.parents if one.name and _sign_in(one) is not None]
        below = [one for one in files_below(place) if one.name.endswith(SIGN)]
        if above or below:
            raise ConfigurationError(
                f"settings.toml: storage: {place} lies within an address of another data folder, or has one within it"
                f" ({next(iter([*map(_sign_of, above), *below]))}): take another"
            )


def _said(folder: DataFolder) -> dict[str, Any]:
    """Where the files were last; nothing where they have always been in the data folder, or the note cannot be read."""
    try:
        said = json.loads((folder.root / NOTE).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _refuse_unfit(folder: DataFolder) -> None:
    if not any(folder.storage.model_dump().values()):
        return
    if importlib.util.find_spec("s3fs") is None:
        raise ConfigurationError(
            "settings.toml: storage: s3:// needs a package that is not installed: install `cypp[s3]`"
        )
    if load_settings(folder.root).engine.name == "spark":
        raise ConfigurationError(
            "settings.toml: Spark reads raw from the data folder only: leave out [storage] or [engine]"
        )


def _sign_of(place: UPath) -> UPath:
    return place.with_name(f"{place.name}{SIGN}")


def _sign_in(place: UPath) -> str | None:
    try:
        with reached(place, may_be_lacking=True):
            return _sign_of(place).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


def _refuse_incomplete(folder: DataFolder, ledger: Ledger) -> None:
    """Raise ConfigurationError unless all that the ledger names is whole in the places that the settings name now."""
    lost = [
        *(folder.name_of(path) for one in partitions_of(folder, ledger) for path in one.damaged()),
        *(
            f"archive/{'/'.join(one.name[:3])}"
            for one in ledger.versions()
            if one.verdict == "accepted" and not is_archived(folder, one)
        ),
    ]
    if lost:
        raise ConfigurationError(
            f"settings.toml: storage: {len(lost)} of the files that the ledger names are not there as they were written,"
            f" {min(lost)} for one: copy archive/ and raw/ from where they were to {folder.archive} and {folder.tables}"
            " first, or mend them in the old place with `cypp run`"
        )


def _tell_left(former: dict[str, str | None], places: dict[str, str | None]) -> None:
    """Say which stores are not this data folder's any more: no purge reaches what is left there."""
    for name, address in former.items():
        if address not in (None, places[name]):
            logging.getLogger(__name__).warning(
                "%s is no longer in use: remove what is left there, children's records among it.",
                address,
            )


def _remove_from_data_folder(folder: DataFolder) -> None:
    """Remove what is in a store now: all but `raw/run`, which never is."""
    if not isinstance(folder.archive, Path):
        shutil.rmtree(folder.root / "archive", ignore_errors=True)
    if not isinstance(folder.tables, Path):
        for place in folder.raw.glob("*"):
            if place.name != RUN:
                shutil.rmtree(place)
