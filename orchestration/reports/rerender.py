"""`cypp report`: the reports of the published warehouse, rendered again, attacked and, if asked, issued."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.alone import working_alone
from orchestration.durable import sync_everything
from orchestration.ledger.ledger import now
from orchestration.owners.site import write_owner_pages
from orchestration.registry.indicators import load_indicators
from orchestration.reports.content.published import read_run
from orchestration.reports.disclosure.edition import Verdict
from orchestration.reports.disclosure.printed import read_memory
from orchestration.reports.disclosure.rules import AttackFailed, NoRule
from orchestration.reports.issued import in_the_name_of
from orchestration.reports.media.charts import DRAWINGS, drawings_kept_in
from orchestration.reports.release import AlreadyIssued, audit_release, issue_pack
from orchestration.reports.render import EDITIONS, PUBLIC, RESTRICTED, render_edition
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.warehouse import access, publish
from orchestration.warehouse.opening import opened
from orchestration.warehouse.serving import write_surface_hashes

LOCK_SECONDS = 60


class NotRendered(Exception):
    """No report was written; the existing ones stay as they are."""


@dataclass(frozen=True)
class Rendered:
    """What was written, and what the attack on the public edition found."""

    folder: Path
    verdict: Verdict
    issued: Path | None


def render_again(folder: DataFolder, edition: str | None, issued_by: str | None = None) -> Rendered:
    """Render one edition or both from the published warehouse, and issue the pack in a person's name.

    Raises NotRendered, or ConfigurationError where there is no such edition.
    """
    if edition not in (None, *EDITIONS):
        raise ConfigurationError(f"there is no edition {edition}: choose {' or '.join(EDITIONS)}")
    if not folder.warehouse_file.exists():
        raise NotRendered("nothing is published yet: run `cypp run` first")
    # What is issued is rendered once more: until then its public pages say that they are a draft.
    editions = (edition,) if edition and not issued_by else EDITIONS
    try:
        with working_alone(folder, FileLock(folder.lock_file, timeout=LOCK_SECONDS)):
            return _render(folder, editions, issued_by)
    except Timeout:
        raise NotRendered(
            "another run holds this data folder; try again when it has ended"
        ) from None
    except AlreadyIssued as error:
        raise NotRendered(str(error)) from None
    except (duckdb.CatalogException, duckdb.BinderException):
        raise NotRendered(
            "the warehouse is of an earlier version of the code: run `cypp run` first"
        ) from None


def _render(folder: DataFolder, editions: tuple[str, ...], issued_by: str | None) -> Rendered:
    marts = folder.warehouse_file
    try:
        verdict = audit_release(marts, load_indicators(), read_memory(folder))
    except (AttackFailed, NoRule) as error:
        raise NotRendered(f"the public edition could not be checked: {error}") from None
    if not verdict.is_safe and (PUBLIC in editions or issued_by):
        raise NotRendered(
            f"the public edition is not safe: {verdict.exposed} unsafe figures are printed,"
            f" {len(verdict.breaches)} withheld counts can be calculated"
        )
    with opened(marts) as connection:
        run, month = read_run(connection), publish.month_of(connection)
    outputs = publish.new_folder(folder.outputs, run.run_id)
    publish.carry_forward(folder.outputs, outputs)
    for edition in editions:
        shutil.rmtree(outputs / month / edition, ignore_errors=True)
    release = in_the_name_of(issued_by, now().date()) if issued_by else nullcontext()
    with drawings_kept_in(folder.work / DRAWINGS), release:
        for edition in editions:
            render_edition(marts, outputs / month / edition, edition)
    if RESTRICTED in editions:
        write_owner_pages(marts, folder, outputs / month / RESTRICTED / "owners")
    access.open_public(folder, outputs)
    sync_everything()
    publish.switch(folder.outputs, outputs)
    write_surface_hashes(folder)
    issued = issue_pack(folder, marts, month, run.run_id, issued_by) if issued_by else None
    return Rendered(folder.outputs / month, verdict, issued)
