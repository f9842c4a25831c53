"""From a finished build to all that readers see: the public lines, the pages, then one replacement of everything.

What is to be published is made in private files first, and can be made again from them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.durable import sync_everything
from orchestration.ledger.ledger import Ledger, now
from orchestration.night import account, unchanged
from orchestration.night.errors import needs_the_job
from orchestration.owners.site import write_owner_pages
from orchestration.registry.indicators import load_indicators
from orchestration.reports.disclosure.edition import write_public_edition
from orchestration.reports.disclosure.printed import read_memory, remember
from orchestration.reports.disclosure.rekeyed import lead_memory
from orchestration.reports.media.charts import DRAWINGS, drawings_kept_in
from orchestration.reports.release import identities_of
from orchestration.reports.render import EDITIONS, FRONT, REPORTS, RESTRICTED
from orchestration.reports.render import render_front as _render_front
from orchestration.reports.render import render_report as _render_report
from orchestration.settings import DataFolder, load_settings
from orchestration.warehouse import access, first_reported, memory, publish, serving, vintages
from orchestration.warehouse.inputs import Run, told_run
from orchestration.warehouse.opening import copy_marts, is_as_set, is_encrypted, opened

OWNERS_PAGES = Path(RESTRICTED) / "owners"


def prepare_publication(folder: DataFolder) -> frozenset[object]:
    """Copy the marts that dbt has built, add the lines of the public edition and verify the whole.

    Returns what the public edition withholds. Raises AttackFailed, NoRule or NotPublishable.
    """
    run = _run_of(folder, folder.building_file)
    candidate = folder.candidate_file.with_suffix(".partial")
    copy_marts(folder.building_file, candidate)
    publish.enter_end(candidate, run.run_id, now())
    identities = identities_of(load_indicators())
    lead_memory(folder, Ledger(folder.ledger), candidate, identities.sums)
    withheld = write_public_edition(candidate, identities, read_memory(folder))
    publish.verify(candidate, run.run_id)
    candidate.replace(folder.candidate_file)
    shutil.rmtree(folder.pages, ignore_errors=True)
    return withheld


def render_report(folder: DataFolder, report: str) -> list[Path]:
    """Render one report in both editions; returns its files."""
    _run_of(folder, folder.candidate_file)
    with drawings_kept_in(folder.work / DRAWINGS):
        return [
            path
            for edition in EDITIONS
            for path in _render_report(
                folder.candidate_file, _pages(folder, edition), edition, report
            )
        ]


def render_front(folder: DataFolder) -> list[Path]:
    """Render what leads to the reports and explains them: index, what is for officers alone, dictionary, summary."""
    _run_of(folder, folder.candidate_file)
    with drawings_kept_in(folder.work / DRAWINGS):
        return [
            path
            for edition in EDITIONS
            for path in _render_front(folder.candidate_file, _pages(folder, edition), edition)
        ]


def render_owners_pages(folder: DataFolder) -> list[Path]:
    """Render a page for each data owner (officers only)."""
    _run_of(folder, folder.candidate_file)
    _pages(folder, RESTRICTED)
    target = folder.pages / OWNERS_PAGES
    shutil.rmtree(target, ignore_errors=True)
    return write_owner_pages(folder.candidate_file, folder, target)


def publish_all(folder: DataFolder) -> Run:
    """Replace what readers see; returns the run that they now see.

    May be repeated. Raises NothingPublished or NotPublishable with nothing replaced.
    """
    run, ledger = _run_of(folder, folder.candidate_file), Ledger(folder.ledger)
    if not is_as_set(folder.candidate_file):
        raise needs_the_job("the build was not made with the key that the settings name now")
    _refuse_missing_pages(folder)
    with opened(folder.candidate_file) as connection:
        month = publish.month_of(connection)
    parquet = publish.new_folder(folder.parquet, run.run_id)
    outputs = publish.new_folder(folder.outputs, run.run_id)
    publish.carry_forward(folder.outputs, outputs)
    shutil.rmtree(outputs / month, ignore_errors=True)
    shutil.copytree(folder.pages, outputs / month)
    if not is_encrypted(folder):
        publish.write_parquet(folder.candidate_file, parquet, run.run_id)
    publish.write_figures(folder.candidate_file, folder.candidate_figures)
    if run.records_first_reported:
        first_reported.store(folder, folder.candidate_file, run.run_id)
        vintages.store(folder, folder.candidate_file, run.run_id)
        memory.store(folder, folder.candidate_file, run.run_id)
    identities = identities_of(load_indicators())
    remember(folder, ledger, folder.candidate_file, run.run_id, identities)
    _let_read(folder, outputs)
    sync_everything()
    serving.announce(ledger, run.run_id, folder.candidate_file)
    serving.put_in_place(folder.candidate_file, folder.warehouse_file)
    serving.put_in_place(folder.candidate_figures, folder.figures_file)
    if parquet.exists():
        publish.switch(folder.parquet, parquet)
    else:
        publish.take_away(folder.parquet)
    publish.switch(folder.outputs, outputs)
    serving.keep(folder, folder.candidate_file, of_night=run.records_first_reported)
    _enter_publication(folder, ledger, run)
    page = folder.outputs / month / RESTRICTED / FRONT
    account.enter(folder, "published", page=str(page))
    return run


def _let_read(folder: DataFolder, outputs: Path) -> None:
    """Open what is about to be published to those who may read it, and nobody else."""
    group_id = load_settings(folder.root).access.group_id
    for place in (folder.candidate_file, folder.candidate_figures, folder.warehouse):
        access.open_to_group(place, group_id)
    access.open_public(folder, outputs)


def _enter_publication(folder: DataFolder, ledger: Ledger, run: Run) -> None:
    last = {run_id: event for run_id, event, *_ in ledger.runs()}
    if last.get(run.run_id) != "published":
        ledger.record_run("published", run.run_id, {})
    told = account.entered(folder, "run")
    if told.get("run_id") == run.run_id:
        unchanged.remember(folder, run.run_id, told["state"])


def _run_of(folder: DataFolder, marts: Path) -> Run:
    """The run that wrote the inputs of dbt, if the build is of it; else raises NothingPublished."""
    run = told_run(folder)
    if run is None or not marts.exists():
        raise needs_the_job("nothing has been built yet")
    if publish.run_of(marts) != run.run_id:
        raise needs_the_job(
            f"the build is not of run {run.run_id}, which wrote the newest inputs of dbt"
        )
    return run


def _pages(folder: DataFolder, edition: str) -> Path:
    pages = folder.pages / edition
    pages.mkdir(mode=0o700, parents=True, exist_ok=True)
    return pages


def _refuse_missing_pages(folder: DataFolder) -> None:
    names = [f"{report.name}.html" for report in REPORTS] + [FRONT]
    wanted = [Path(edition) / name for edition in EDITIONS for name in names] + [OWNERS_PAGES]
    missing = [str(page) for page in wanted if not (folder.pages / page).exists()]
    if missing:
        raise needs_the_job(f"{', '.join(missing)} has not been rendered from this build")
