"""A night without Dagster: its steps one after the other, in this process. Dagster only puts each in a step of its own."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import duckdb

from expectations.contract import sources
from orchestration.intake.landing import scan
from orchestration.intake.submissions import TakenIn, take_in
from orchestration.ledger.ledger import Ledger
from orchestration.night import publishing, steps
from orchestration.night.account import Outcome, outcome_of
from orchestration.night.errors import NothingPublished, told_in_words
from orchestration.night.progress import Progress
from orchestration.night.recovery import alone_in, record_failure
from orchestration.night.steps import Request
from orchestration.reports.render import EDITIONS, FRONT, REPORTS
from orchestration.settings import DataFolder, QuietSettings, Settings, load_settings
from tests.empty_project import shared_build

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


def take_in_all(
    folder: DataFolder, settings: Settings | None = None, among: Container[str] | None = None
) -> list[TakenIn]:
    """Take in everything in landing, or some sources of it; what became of each source."""
    chosen = settings or AT_ONCE
    landing, ledger = scan(folder.landing, chosen.quiet.seconds), Ledger(folder.ledger)
    return [
        take_in(folder, chosen, ledger, landing, source, lambda *_: None)
        for source in sources()
        if among is None or source in among
    ]


def build(folder: DataFolder) -> None:
    """Make the marts by the statements that dbt ran when it built the project on no data.

    dbt itself takes six times as long as what it runs; that both make the same of a night is tested
    (`integration/test_nights_as_dbt.py`).
    """
    folder.building_file.unlink(missing_ok=True)
    project = shared_build()
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        connection.execute(f"set file_search_path = '{folder.root}'")
        connection.execute("attach ':memory:' as layers")
        connection.execute(f"attach '{folder.building_file}' as warehouse")
        connection.execute(f"attach '{project.layers}' as empty (read_only)")
        for node in project.in_order():
            place = f'"{node["database"]}"."{node["schema"]}"'
            connection.execute(f"create schema if not exists {place}")
            if node["resource_type"] == "seed":
                table = f'"{node["schema"]}"."{node["name"]}"'
                connection.execute(f"create table layers.{table} as from empty.{table}")
            elif node["language"] == "python":
                _run_model_in_python(project.statement(node), connection)
            else:
                connection.execute(project.statement(node))


def _run_model_in_python(text: str, connection: duckdb.DuckDBPyConnection) -> None:
    """As dbt-duckdb does: its part of the text reads what the model asks for and stores what it returns."""
    names: dict[str, Any] = {}
    exec(text, names)
    made = names["model"](names["dbtObj"](connection.table), connection)
    names["materialize"](made, connection)
