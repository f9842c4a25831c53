"""`cypp forget`: one child goes from the extracts of an authority, and from all that was made of them.

The newest version of each folder that names the child is replaced by a copy without its rows, which is then taken in as
a new version; every version that named it is purged (`purge.py`). So nothing that is read later has to know the child,
and nothing that is kept names it. What an authority sends later may: the case system has to forget first.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from expectations.contract import contract_for
from orchestration.durable import sync_everything
from orchestration.intake.kept.archive import archived_files
from orchestration.intake.landing import NATIONAL, Landing
from orchestration.intake.manifest import MANIFEST
from orchestration.intake.marks import write_mark
from orchestration.intake.submissions import load_secret
from orchestration.intake.tables.cells import parse_identifier
from orchestration.intake.to_read import current_versions
from orchestration.ledger.ledger import Ledger, SubmissionVersion
from orchestration.night.errors import told_in_words
from orchestration.night.recovery import alone_in
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.upkeep.identities import TooManyIdentifiers, identity_of
from orchestration.upkeep.landing import seen_whole
from orchestration.upkeep.purge import enter_plan, finish, new_plan, refuse_held_figures
from orchestration.upkeep.redact import NotRedacted, sought_in, without_child
from orchestration.upkeep.removal import redacted_folder

Progress = Callable[[str, int, int], None]


@dataclass
class Found:
    """Where the child is named."""

    versions: list[SubmissionVersion] = field(default_factory=list)
    redacted: dict[SubmissionVersion, dict[str, bytes]] = field(default_factory=dict)
    """By version that serves: its files without the child."""
    keys: frozenset[str] = frozenset()
    n_identifiers: int = 0


def look_for(
    folder: DataFolder, ledger: Ledger, area: str, given: str, progress: Progress
) -> Found:
    """Read every kept extract of the area again, looking for the child.

    Raises ConfigurationError where one cannot be read, there never was one, or it cannot be told what is in landing.
    """
    identifier = parse_identifier(given)
    if not isinstance(identifier, str) or not identifier:
        raise ConfigurationError("this is not an identifier")
    _refuse_unknown_area(ledger, area)
    landing = seen_whole(folder, {area})
    try:
        secret, _ = load_secret(folder, ledger)
        known = identity_of(folder, ledger, secret, area, identifier)
    except TooManyIdentifiers as error:
        raise ConfigurationError(f"{error}; look at its records first") from None
    found = Found(keys=known.keys, n_identifiers=len(known.identifiers))
    versions = [v for v in ledger.versions() if (v.area_code, v.verdict) == (area, "accepted")]
    newest = {version.name for version in current_versions(versions).values()}
    for done, version in enumerate(versions, start=1):
        try:
            files = _without_child(folder, version, known.identifiers)
        except NotRedacted as error:
            if version.name in newest:
                raise _told(version, error) from None
            # It may name the child, and serves no more.
            files = {}
        if files is not None:
            found.versions.append(version)
            if version.name in newest:
                found.redacted[version] = files
        progress("Forget", done, len(versions))
    _refuse_other_content(landing, found.redacted)
    return found


def _refuse_unknown_area(ledger: Ledger, area: str) -> None:
    """Raise ConfigurationError where no extract of an area was ever accepted: the code is a slip, or the child's id."""
    accepted = {one.area_code for one in ledger.versions() if one.verdict == "accepted"}
    known = (accepted | {name[0] for name in ledger.purged()}) - {NATIONAL}
    if area not in known:
        raise ConfigurationError(
            "no extract of this area has ever been accepted here; there are extracts of"
            f" {', '.join(sorted(known)) or 'no area'}"
        )


def _refuse_other_content(landing: Landing, versions: Iterable[SubmissionVersion]) -> None:
    """Raise ConfigurationError where landing holds something else in place of what is to be written anew."""
    landed = {one.name[:3]: one for one in landing.submissions}
    for version in versions:
        place = version.name[:3]
        if place in landed and landed[place].name != version.name:
            raise ConfigurationError(
                f"what is in landing/{'/'.join(place)} was refused or is not taken in yet: mend it and run, then forget again"
            )


def _told(version: SubmissionVersion, error: NotRedacted) -> ConfigurationError:
    return ConfigurationError(
        f"{'/'.join(version.name[:3])}: {error}: put the extract without the child into its folder in landing, run, then"
        " forget again"
    )


def _without_child(
    folder: DataFolder, version: SubmissionVersion, identifiers: frozenset[str]
) -> dict[str, bytes] | None:
    """The files of a version without the child; None where it is not named in them. Raises NotRedacted."""
    files = archived_files(folder, version)
    if not files:
        place = "/".join(version.name[:3])
        raise ConfigurationError(
            f"{place}: its copy in archive/ is lost or damaged: see `cypp verify`"
        )
    sought = sought_in(contract_for(version.source), identifiers)
    changed = {path: without_child(path, sought) for path in files if path.name != MANIFEST}
    if all(content is None for content in changed.values()):
        return None
    # A sender's list of files and hashes would not agree with what is left.
    anew = {path.name: path.read_bytes() if one is None else one for path, one in changed.items()}
    return {name: content for name, content in anew.items() if content}


def forget(
    folder: DataFolder, area: str, identifier: str, by: str, today: date, progress: Progress
) -> Path | None:
    """Forget a child; the certificate, or None where no extract names it.

    Raises ConfigurationError (nothing touched) or NothingPublished (what is planned is finished by `cypp purge`).
    """
    with told_in_words(), alone_in(folder) as ledger:
        if ledger.open_purge() is not None:
            raise ConfigurationError("an earlier purge is not finished: `cypp purge` first")
        found = look_for(folder, ledger, area, identifier, progress)
        if not found.versions:
            return None
        refuse_held_figures(folder, {area})
        planned = new_plan(
            folder, ledger, found.versions, lambda event: event["child_key"] not in found.keys
        )
        planned |= {"by": by, "act": "forget", "identifiers": found.n_identifiers}
        _stage(folder, planned["purge_id"], found.redacted)
        enter_plan(ledger, "forget", planned)
        return finish(folder, ledger, planned, today, progress)


def _stage(
    folder: DataFolder, purge_id: str, redacted: dict[SubmissionVersion, dict[str, bytes]]
) -> None:
    """Keep the new copies where a purge that takes this up finds them."""
    shutil.rmtree(redacted_folder(folder, purge_id).parent, ignore_errors=True)
    for version, files in redacted.items():
        place = redacted_folder(folder, purge_id).joinpath(*version.name[:3])
        place.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
        if version.is_synthetic:
            write_mark(place)
    sync_everything()
