"""`cypp`: thin commands over the packages of this project."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from orchestration.intake.damage import LedgerDamaged
from orchestration.settings import ConfigurationError, DataFolder, data_folder, load_settings

app = typer.Typer(
    help="Barnet children's indicators: from the services' extracts to published figures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="The data folder (default: CYPP_DATA_DIR, else data/ of the checkout; where cypp is installed"
        " from a wheel, data/ of the working folder).",
    ),
]
console = Console()
errors = Console(stderr=True)
STANDARD_ERROR = 2
PUBLISHED, NOTHING_PUBLISHED, WRONG_USAGE, ATTENTION = 0, 1, 2, 3


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("give a day as YYYY-MM-DD") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "give a moment as YYYY-MM-DDTHH:MM:SS, with a time zone or in UTC"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # A terminal of its own: while steps run, Dagster keeps what they print on the usual one.
    terminal = os.fdopen(os.dup(STANDARD_ERROR), "w", encoding="utf-8")
    return Progress(*columns, console=Console(file=terminal))


class _Bars:
    """One bar per step, drawn on standard error."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)


@app.callback()
def _root() -> None:
    """Barnet children's indicators: from the services' extracts to published figures."""


@app.command()
def run(
    data_dir: DataDir = None,
    as_at: Annotated[
        str | None, typer.Option(help="Knowledge date YYYY-MM-DD: later submissions are not used.")
    ] = None,
    received_by: Annotated[
        str | None,
        typer.Option(help="Ignore what was received after this moment.", metavar="TIMESTAMP"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Publish again even if nothing has changed.")
    ] = False,
) -> None:
    """Run the nightly job once: take in what is new, transform, publish, report."""
    from orchestration.dagster.job import run_job
    from orchestration.night.errors import NothingPublished, told_in_words
    from orchestration.night.steps import Request
    from orchestration.night.synthetic import write_fallback_extracts
    from orchestration.operator.summary import print_run_summary, print_unchanged

    request = Request(
        _day(as_at) if as_at else datetime.now(UTC).date(),
        _moment(received_by) if received_by else None,
        even_if_unchanged=force,
    )
    folder = data_folder(data_dir)
    try:
        load_settings(folder.root)
        with _progress() as progress:
            with told_in_words():
                was_empty = write_fallback_extracts(folder, _Bars(progress))
            if was_empty:
                console.print(
                    "The data folder held no extracts: synthetic ones were written to landing/."
                )
            outcome = run_job(folder, request, _Bars(progress))
    except ConfigurationError as error:
        errors.print(f"Wrong configuration, nothing touched: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    except NothingPublished as error:
        errors.print(
            f"Nothing published, the last good warehouse still serves: {error}",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(NOTHING_PUBLISHED) from None
    if isinstance(outcome, str):
        print_unchanged(console, folder, outcome)
    else:
        print_run_summary(console, folder, outcome)


@app.command()
def status(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is published, how old each source is and what needs attention."""
    from orchestration.operator.status import current_status, print_status

    try:
        found = current_status(data_folder(data_dir))
    except LedgerDamaged as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(ATTENTION) from None
    if as_json:
        console.print_json(json.dumps(found.as_dict(), default=str))
    else:
        print_status(console, found)
    raise typer.Exit(ATTENTION if found.needs_attention else PUBLISHED)


@app.command()
def verify(data_dir: DataDir = None) -> None:
    """Read archive, raw and ledger again and hold them to their hashes."""
    from filelock import Timeout

    from orchestration.upkeep.verify import verify as read_again

    try:
        with _progress() as progress:
            found = read_again(data_folder(data_dir), _Bars(progress))
    except Timeout:
        errors.print("Not verified: a run holds this data folder; try again when it has ended")
        raise typer.Exit(NOTHING_PUBLISHED) from None
    for one in found.damage:
        console.print(f"{one.what}: {one.mend}", markup=False, highlight=False, soft_wrap=True)
    verdict = f"{len(found.damage)} damaged or missing" if found.damage else "whole"
    console.print(
        f"{found.n_versions} version(s) of submissions and {found.n_runs} published run(s) read again: {verdict}.",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    raise typer.Exit(NOTHING_PUBLISHED if found.damage else PUBLISHED)


@app.command()
def evidence(
    indicator: Annotated[str, typer.Argument(help="Indicator id, for example referrals_rate.")],
    period: Annotated[str, typer.Option(help="Last day of the period, YYYY-MM-DD.")],
    data_dir: DataDir = None,
    area: Annotated[str | None, typer.Option(help="Area code (default: the home area).")] = None,
    basis: Annotated[
        str | None, typer.Option(help="Basis (default: the indicator's headline basis).")
    ] = None,
    identified: Annotated[
        bool, typer.Option("--identified", help="Put the local child ids back (restricted users).")
    ] = False,
) -> None:
    """Print the records behind one figure as CSV."""
    from orchestration.operator.evidence import EvidenceError, write_evidence

    try:
        write_evidence(data_folder(data_dir), indicator, _day(period), area, basis, identified)
    except EvidenceError as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None


@app.command()
def demo(
    data_dir: DataDir = None,
    seed: Annotated[
        int, typer.Option(help="Another seed is another authority; the same one the same bytes.")
    ] = 1,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many monthly extracts.")] = 36,
    last: Annotated[
        str | None, typer.Option(help="Last month YYYY-MM (default: last month).")
    ] = None,
    areas: Annotated[
        int, typer.Option(min=1, max=33, help="How many authorities, Barnet first.")
    ] = 1,
) -> None:
    """Write synthetic extracts in the real file formats into landing."""
    from orchestration.demo.write import write_demo
    from orchestration.night.synthetic import last_month

    month = last or last_month()
    folder = data_folder(data_dir)
    folder.create()
    try:
        with _progress() as progress:
            write_demo(
                folder.root,
                seed=seed,
                months=months,
                last=month,
                areas=areas,
                progress=_Bars(progress),
            )
    except ValueError as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    console.print(
        f"Synthetic extracts of {areas} authority(ies) up to {month} stand in {folder.landing}."
    )


@app.command()
def accept(
    check: Annotated[
        str, typer.Argument(help="The failed check, for example annex_a.list_3.volume.")
    ],
    area: Annotated[str, typer.Option(help="Area code.")],
    by: Annotated[str, typer.Option(help="Who accepts.")],
    reason: Annotated[str, typer.Option(help="Why the figures may be published all the same.")],
    until: Annotated[str, typer.Option(help="Last day of the release, YYYY-MM-DD.")],
    data_dir: DataDir = None,
) -> None:
    """Release what a failed table check holds, in the name of a person, up to a day."""
    from orchestration.checks.acceptance import NotAcceptable, accept_check

    try:
        accepted = accept_check(data_folder(data_dir), check, area, by, reason, _day(until))
    except NotAcceptable as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    console.print(
        f"{accepted.check_id} is released for {accepted.area_code} up to {accepted.until}: "
        "the next run publishes what it holds.",
        markup=False,
        highlight=False,
    )


@app.command()
def report(
    data_dir: DataDir = None,
    edition: Annotated[
        str | None, typer.Option(help="public or restricted (default: both).")
    ] = None,
    issue: Annotated[
        bool, typer.Option("--issue", help="Freeze the pack as released; nightly pages are drafts.")
    ] = False,
) -> None:
    """Render the reports again from the published warehouse and attack the public edition."""
    from orchestration.reports.rerender import NotRendered, render_again

    try:
        done = render_again(data_folder(data_dir), edition, issue)
    except NotRendered as error:
        errors.print(f"No report written: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(NOTHING_PUBLISHED) from None
    verdict = done.verdict
    said = (
        f"Reports:    {done.folder}",
        f"Disclosure: safe. {verdict.figures} figures with counts, {verdict.unsafe} unsafe by themselves,"
        f" {verdict.withheld} withheld; attacked by linear programmes, nothing found.",
        f"            Of the {verdict.large} figures whose counts are all 10 or more,"
        f" {verdict.share_of_large_published:.1%} are published.",
        *((f"Issued:     {done.issued}",) if done.issued else ()),
    )
    for line in said:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def forms(
    data_dir: DataDir = None,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="Where to write them (default: quality/forms, or quality/templates, in the data folder).",
            file_okay=False,
        ),
    ] = None,
    templates: Annotated[
        bool,
        typer.Option(
            "--templates", help="Instead, write an empty file of everything that is taken in."
        ),
    ] = False,
    month: Annotated[
        str | None, typer.Option(help="Month YYYY-MM that they ask about (default: last month).")
    ] = None,
) -> None:
    """Write the forms (XLSX) for updates of the plan's actions and for figures supplied by hand, or empty files."""
    from orchestration.night.synthetic import last_month
    from orchestration.owners.forms.write import NoForms, forms_folder, write_forms

    data = data_folder(data_dir)
    if templates:
        _write_templates(data, folder, month or last_month())
        return
    try:
        written = write_forms(data, folder or forms_folder(data), month or last_month())
    except NoForms as error:
        errors.print(f"No form written: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    for path, lines in written:
        console.print(f"{path}: {lines} lines", markup=False, highlight=False, soft_wrap=True)


def _write_templates(data: DataFolder, target: Path | None, month: str) -> None:
    from orchestration.intake.landing import areas_in
    from orchestration.intake.submissions import dfe_codes
    from orchestration.night.steps import home_area
    from orchestration.owners.forms.templates import templates_folder, write_templates
    from orchestration.owners.forms.write import NoForms, month_end

    try:
        as_at = month_end(month)
        area = home_area(load_settings(data.root), areas_in(data.landing))
    except (NoForms, ConfigurationError) as error:
        errors.print(f"No template written: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    *files, readme = write_templates(
        target or templates_folder(data), as_at, dfe_codes().get(area, "")
    )
    console.print(
        f"{len(files)} empty files; {readme} says what each is for and where national files are.",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip


owners_app = typer.Typer(help="The data owners' worklists out and back in.", no_args_is_help=True)
app.add_typer(owners_app, name="owners")


@owners_app.command("export")
def owners_export(data_dir: DataDir = None) -> None:
    """Write one worklist (XLSX) per owner into the data folder's quality/worklists."""
    from orchestration.owners.worklist import export_worklists

    folder = data_folder(data_dir)
    if not folder.warehouse_file.exists():
        errors.print("Nothing has been published yet: run `cypp run`", markup=False)
        raise typer.Exit(WRONG_USAGE)
    for path, cases in export_worklists(folder):
        console.print(f"{path}: {cases} cases", markup=False, highlight=False, soft_wrap=True)


@owners_app.command("import")
def owners_import(
    file: Annotated[Path, typer.Argument(help="A filled worklist.", dir_okay=False)],
    data_dir: DataDir = None,
) -> None:
    """Read a filled worklist back: each line is applied or refused with a reason."""
    from orchestration.owners.answers import WorklistRefused, import_worklist

    try:
        results = import_worklist(data_folder(data_dir), file, datetime.now(UTC).date())
    except (WorklistRefused, OSError) as error:
        said = str(error) if isinstance(error, WorklistRefused) else error.strerror
        errors.print(f"Nothing applied: {said}", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USAGE) from None
    for result in results:
        console.print(
            f"row {result.row}: {result.outcome}: {result.reason}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    counts = {
        name: sum(r.outcome == name for r in results)
        for name in ("applied", "unchanged", "noted", "refused")
    }
    console.print(", ".join(f"{count} {name}" for name, count in counts.items()), markup=False)
    raise typer.Exit(ATTENTION if counts["refused"] else PUBLISHED)


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except LedgerDamaged as error:
        errors.print(f"Nothing done: {error}", markup=False, soft_wrap=True)
        sys.exit(NOTHING_PUBLISHED)
