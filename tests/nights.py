"""A night without Dagster: its steps one after the other, in this process. Dagster only puts each in a step of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

from expectations.contract import sources
from orchestration.intake.landing import scan
from orchestration.intake.ledger import Ledger
from orchestration.intake.submissions import TakenIn, take_in
from orchestration.night import publishing, steps
from orchestration.night.account import Outcome, outcome_of
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.progress import Progress
from orchestration.night.recovery import alone_in, record_failure
from orchestration.night.steps import Request
from orchestration.reports.render import EDITIONS, FRONT, REPORTS
from orchestration.settings import (
    DBT_FOLDER,
    DataFolder,
    QuietSettings,
    Settings,
    load_settings,
)
from orchestration.warehouse.dbt import CYPP_DBT, target_folder
from tests.dbt_compile import PARTIAL_PARSE, TELEMETRY_OFF

# What a test puts into landing is whole.
AT_ONCE = Settings(quiet=QuietSettings(seconds=0))


def run_night(folder: DataFolder, request: Request, *, with_pages: bool = False) -> Outcome:
    """Run the whole job once; raises as `orchestration.dagster.job.run_job` does.

    Pages take as long as all else together: without them their places are taken by empty files.
    """
    with told_in_words(), alone_in(folder) as ledger:
        _steps(folder, request, _render if with_pages else _leave_pages_empty)
        return outcome_of(folder, ledger, {})


def executed(folder: DataFolder, request: Request, progress: Progress, ledger: Ledger) -> Outcome:
    """In place of `orchestration.dagster.job._executed`."""
    try:
        with told_in_words():
            _steps(folder, request, _render)
    except NothingPublished as error:
        record_failure(ledger, str(error))
        raise
    return outcome_of(folder, ledger, {})


def _steps(folder: DataFolder, request: Request, render: Callable[[DataFolder], None]) -> None:
    settings = load_settings(folder.root)
    steps.look_at_landing(folder, AT_ONCE)
    for source in sources():
        steps.take_in_source(folder, settings, source)
    steps.judge_by_statutory_rules(folder, request)
    steps.write_run(folder, settings, request)
    build(folder)
    publishing.prepare_publication(folder)
    render(folder)
    publishing.publish_all(folder)


def _render(folder: DataFolder) -> None:
    for report in REPORTS:
        publishing.render_report(folder, report.name)
    publishing.render_front(folder)
    publishing.render_owners_pages(folder)


def _leave_pages_empty(folder: DataFolder) -> None:
    (folder.pages / publishing.OWNERS_PAGES).mkdir(parents=True)
    for edition in EDITIONS:
        (folder.pages / edition).mkdir(exist_ok=True)
        for name in (FRONT, *(f"{report.name}.html" for report in REPORTS)):
            (folder.pages / edition / name).touch()


def take_in_all(folder: DataFolder, settings: Settings | None = None) -> list[TakenIn]:
    """Take in everything in landing, without judging rows; what became of each source."""
    chosen = settings or AT_ONCE
    landing, ledger = scan(folder.landing, chosen.quiet.seconds), Ledger(folder.ledger)
    return [
        take_in(folder, chosen, ledger, landing, source, lambda *_: None) for source in sources()
    ]


def build(folder: DataFolder) -> None:
    """dbt, as the job invokes it, without its data tests; raises NothingPublished with what it complained of."""
    for built in (folder.layers_file, folder.building_file):
        built.unlink(missing_ok=True)
        built.with_name(f"{built.name}.wal").unlink(missing_ok=True)
    target = target_folder(folder)
    target.mkdir(parents=True, exist_ok=True)
    if not (target / PARTIAL_PARSE).exists():
        shutil.copyfile(DBT_FOLDER / "target" / PARTIAL_PARSE, target / PARTIAL_PARSE)
    command = [
        str(CYPP_DBT), "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test",
        "--target", "nightly",
        "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER), "--target-path", str(target),
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, **TELEMETRY_OFF, "CYPP_DATA_DIR": str(folder.root)}, text=True, capture_output=True, check=False
    )  # fmt: skip
    if done.returncode != 0:
        complaints = [line for line in done.stdout.splitlines() if '"level": "error"' in line]
        raise NothingPublished(f"dbt failed: {complaints}")
