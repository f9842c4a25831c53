"""`cypp verify`, `backup`, `restore`, `move-ledger`, `rebuild`, `rekey`, `purge`, `forget`: what a deployment keeps, and what it must not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.ledger.damage import LedgerDamaged, LedgerUnreachable
from orchestration.settings import (
    ConfigurationError,
    DataFolder,
    data_folder,
    load_ledger_settings,
    load_settings,
)
from orchestration.terminal import (
    NOTHING_PUBLISHED,
    PUBLISHED,
    WRONG_USAGE,
    By,
    DataDir,
    bars,
    console,
    day,
    say,
    stop,
)

if TYPE_CHECKING:
    from orchestration.upkeep.forget import Found
    from orchestration.upkeep.purge import Plan

app = typer.Typer()
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The backup.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--encrypt",
        metavar="KEYFILE",
        help="A file with the key of the backup: 64 hexadecimal digits.",
    ),
]
MEGABYTE = 1_000_000


@app.command()
def verify(data_dir: DataDir = None) -> None:
    """Read the archive, what was read of it, the ledger with its files and what is published, and check their hashes."""
    from filelock import Timeout

    from orchestration.upkeep.verify import verify as read_again

    try:
        with bars() as show:
            found = read_again(data_folder(data_dir), show)
    except ConfigurationError as error:
        raise stop(f"Not verified: {error}", WRONG_USAGE) from None
    except Timeout:
        raise stop(
            "Not verified: a run holds this data folder; try again when it has ended",
            NOTHING_PUBLISHED,
        ) from None
    for one in found.damage:
        say(f"{one.what}: {one.mend}")
    verdict = f"{len(found.damage)} damaged or missing" if found.damage else "whole"
    say(
        f"{found.n_versions} version(s) of submissions and {found.n_runs} published run(s) read again: {verdict}."
    )
    raise typer.Exit(NOTHING_PUBLISHED if found.damage else PUBLISHED)


@app.command()
def backup(file: BackupFile, by: By, data_dir: DataDir = None, encrypt: KeyFile = None) -> None:
    """Write what no rebuild can derive to one file, keys included; a run may be at work."""
    from orchestration.upkeep.backup import NotBackedUp, back_up
    from orchestration.upkeep.sealed import NotOpened, read_key

    try:
        key = read_key(encrypt) if encrypt else None
        with bars() as show:
            found = back_up(data_folder(data_dir), file, key, by, show)
    except (NotOpened, ConfigurationError) as error:
        raise stop(f"Nothing backed up: {error}", WRONG_USAGE) from None
    except (NotBackedUp, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise stop(f"Nothing backed up: {why}", NOTHING_PUBLISHED) from None
    for line in found.told:
        say(line)
    is_sealed = "encrypted" if key else "NOT encrypted: it holds children's records and the keys"
    say(
        f"{file}: {found.n_versions} version(s) of submissions and {found.n_runs} published run(s),"
        f" {len(found.files)} files, {file.stat().st_size / MEGABYTE:.1f} MB, {is_sealed}."
    )


@app.command()
def restore(file: BackupFile, by: By, data_dir: DataDir = None, encrypt: KeyFile = None) -> None:
    """Put a backup into an empty data folder, whole or not at all."""
    from filelock import Timeout

    from orchestration.upkeep.restore import NotEmpty, NotRestored
    from orchestration.upkeep.restore import restore as put_back
    from orchestration.upkeep.sealed import NotOpened, read_key

    folder = data_folder(data_dir)
    try:
        key = read_key(encrypt) if encrypt else None
        n_files = put_back(folder, file, key, by)
    except (NotEmpty, NotOpened) as error:
        raise stop(f"Not restored: {error}", WRONG_USAGE) from None
    except Timeout:
        raise stop("Not restored: a run holds this data folder", NOTHING_PUBLISHED) from None
    except (NotRestored, OSError) as error:
        why = f"{error.strerror} in {folder.root}" if isinstance(error, OSError) else error
        raise stop(f"Not restored: {why}", NOTHING_PUBLISHED) from None
    say(f"{folder.root}: {n_files} files put back. Next: {_after_restore(folder)}`cypp rebuild`.")


def _after_restore(folder: DataFolder) -> str:
    """What comes first where the settings that were put back keep the ledger in PostgreSQL."""
    try:
        is_named = load_ledger_settings(folder.root).postgresql is not None
    except ConfigurationError:
        return ""
    if not is_named:
        return ""
    return (
        "`cypp move-ledger`, as settings.toml keeps the ledger in PostgreSQL (for a trial take `[ledger]` out of it"
        " instead), then "
    )


@app.command(name="move-ledger")
def move_ledger(by: By, data_dir: DataDir = None) -> None:
    """Move the ledger from its file to where `[ledger]` in settings.toml says."""
    from filelock import Timeout

    from orchestration.upkeep.move_ledger import move_ledger as put_there

    try:
        n_events, place = put_there(data_folder(data_dir), by)
    except ConfigurationError as error:
        raise stop(f"Nothing moved: {error}", WRONG_USAGE) from None
    except Timeout:
        raise stop("Nothing moved: a run holds this data folder", NOTHING_PUBLISHED) from None
    except (LedgerDamaged, LedgerUnreachable) as error:
        raise stop(f"Nothing moved: {error}", NOTHING_PUBLISHED) from None
    say(f"{n_events} events are in {place}, each proved by the chain; the file is gone.")


@app.command()
def rebuild(
    data_dir: DataDir = None,
    as_at: Annotated[
        str | None,
        typer.Option(help="Day YYYY-MM-DD: only what was known then is used (default: today)."),
    ] = None,
) -> None:
    """Make everything that can be derived again, from archive, ledger and restricted/ alone, and publish it."""
    from orchestration.night.errors import NothingPublished
    from orchestration.night.recovery import refuse_unbegun
    from orchestration.night.steps import Request
    from orchestration.operator.summary import print_run_summary
    from orchestration.upkeep.rebuild import rebuild as make_again

    folder = data_folder(data_dir)
    known = day(as_at) if as_at else datetime.now(UTC).date()
    try:
        refuse_unbegun(folder)
        with bars() as show:
            done = make_again(folder, Request(known), show)
    except ConfigurationError as error:
        raise stop(f"Wrong configuration, nothing touched: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(
            f"Nothing published, the last good warehouse stays in place: {error}", NOTHING_PUBLISHED
        ) from None
    print_run_summary(console, folder, done.outcome)
    if done.before is None:
        comparison = "nothing was published before"
    elif done.before == done.after:
        comparison = "the same as before"
    else:
        comparison = f"before: {done.before}; other code, settings, extracts or another day explain a difference"
    say(f"Content hash of the published tables: {done.after} ({comparison}).")


@app.command()
def rekey(by: By, data_dir: DataDir = None) -> None:
    """Make a new key for the identifiers of people, hash all of them again with it, and publish."""
    from orchestration.dagster.job import run_job
    from orchestration.night.errors import NothingPublished, told_in_words
    from orchestration.night.steps import today
    from orchestration.upkeep.rekey import rekey as replace_key
    from orchestration.upkeep.removal import remove_what_runs_leave

    folder = data_folder(data_dir)
    try:
        load_settings(folder.root)
        with bars() as show, told_in_words():
            done = replace_key(folder, by, show)
    except ConfigurationError as error:
        raise stop(f"No new key: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(f"No new key: {error}", NOTHING_PUBLISHED) from None
    say(
        f"{done.n_tables} tables now use a new key. For {done.n_first_keys} keys of records that owners were asked about,"
        " the issues keep their fingerprints. The old key is gone: put a copy of restricted/hmac.key everywhere a copy of"
        " the key is kept."
    )
    try:
        with bars() as show:
            run_job(folder, today(), show)
    except (ConfigurationError, NothingPublished) as error:
        raise stop(
            f"Nothing is published with the new key yet: {error}. The next `cypp run` does it; until then `cypp evidence"
            " --identified` names nobody.",
            NOTHING_PUBLISHED,
        ) from None
    remove_what_runs_leave(folder)
    say(
        "Published. Backups made before hold the old key and are restored with it; run `cypp rekey` there again. Take a"
        " new backup now."
    )


@app.command()
def purge(
    by: By,
    data_dir: DataDir = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed; change nothing.")
    ] = False,
) -> None:
    """Remove extracts past the retention rule of their source from everywhere, and certify it."""
    from orchestration.ledger.ledger import Ledger
    from orchestration.night.errors import NothingPublished
    from orchestration.night.recovery import refuse_unbegun
    from orchestration.upkeep.purge import StillInRegion, plan_purge
    from orchestration.upkeep.purge import purge as remove_due

    folder, today = data_folder(data_dir), datetime.now(UTC).date()
    try:
        settings = load_settings(folder.root)
        refuse_unbegun(folder)
        planned = plan_purge(Ledger(folder.ledger), settings, today)
        _say_plan(planned)
        if dry_run:
            return
        with bars() as show:
            certificate = remove_due(folder, settings, by, today, show)
    except ConfigurationError as error:
        raise stop(f"Nothing purged: {error}", WRONG_USAGE) from None
    except StillInRegion as error:
        raise stop(f"Purged in this area, but {error}", NOTHING_PUBLISHED) from None
    except NothingPublished as error:
        raise stop(
            f"Not purged, or not all: {error}. Purge again to finish it.", NOTHING_PUBLISHED
        ) from None
    if certificate:
        say(f"Purged and published. Certificate: {certificate}")
    elif planned.kept:
        raise typer.Exit(NOTHING_PUBLISHED)


def _say_plan(planned: Plan) -> None:
    for one in planned.due:
        rule = one.rule
        say(
            f"{one.place} ({one.version.version}): past {rule.months} months by {rule.clock};"
            f" {rule.basis}; approved by {rule.approver or 'nobody yet'}"
        )
    for one in planned.kept:
        say(
            f"{one.place} ({one.version.version}): past its time, kept by legal hold: {planned.why_kept}"
        )
    say(f"{len(planned.due)} extract(s) to remove, {len(planned.kept)} kept by a legal hold.")


@app.command()
def forget(
    area: Annotated[str, typer.Argument(metavar="AREA", help="Area code of the authority.")],
    child: Annotated[
        str, typer.Argument(metavar="ID", help="The child's id in its case system, or a UPN.")
    ],
    by: By,
    data_dir: DataDir = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say where the child is named; change nothing.")
    ] = False,
) -> None:
    """Forget a child: take its rows out of every extract and of all that was made of them, and certify it."""
    from orchestration.night.errors import NothingPublished, told_in_words
    from orchestration.night.recovery import alone_in, refuse_unbegun
    from orchestration.upkeep.forget import forget as take_out
    from orchestration.upkeep.forget import look_for
    from orchestration.upkeep.purge import StillInRegion

    folder, today = data_folder(data_dir), datetime.now(UTC).date()
    try:
        refuse_unbegun(folder)
        with bars() as show:
            if dry_run:
                with told_in_words(), alone_in(folder) as ledger:
                    found = look_for(folder, ledger, area, child, show)
                _say_found(found)
                return
            certificate = take_out(folder, area, child, by, today, show)
    except ConfigurationError as error:
        raise stop(f"Nothing forgotten: {error}", WRONG_USAGE) from None
    except StillInRegion as error:
        raise stop(f"Forgotten in this area, but {error}", NOTHING_PUBLISHED) from None
    except NothingPublished as error:
        raise stop(
            f"Not forgotten everywhere yet: {error}. `cypp purge` finishes it.", NOTHING_PUBLISHED
        ) from None
    if certificate:
        say(f"Forgotten and published. Certificate: {certificate}")
        say(
            "Backups made before name the child until they expire, and so does an extract that is sent later."
        )
    else:
        say("No extract of the area names this child.")


def _say_found(found: Found) -> None:
    for version in found.versions:
        how = (
            "written anew without it"
            if version in found.redacted
            else "removed: a later one is in use"
        )
        say(f"{'/'.join(version.name[:3])} ({version.version}): {how}")
    say(f"{len(found.versions)} extract(s) name the child, by {found.n_identifiers} identifier(s).")
