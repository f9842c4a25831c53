"""`cypp`: the nightly job and its reports. Other commands are in the `commands.py` of the folder that they are about."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from orchestration.alerts.commands import app as alerts_app
from orchestration.alerts.commands import tell_after_run
from orchestration.analyst.commands import app as analyst_app
from orchestration.intake.cover import month_end
from orchestration.night.commands import app as demo_app
from orchestration.owners.commands import app as owners_app
from orchestration.region.commands import app as region_app
from orchestration.region.commands import region_status
from orchestration.settings import PRIVATE_UMASK, ConfigurationError, data_folder, load_settings
from orchestration.terminal import (
    ATTENTION,
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
from orchestration.upkeep.commands import app as upkeep_app

app = typer.Typer(
    help="Barnet children's indicators: from the services' extracts to published figures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # As Rich's own markup a help text would lose what is in brackets, such as `[ledger]`.
    rich_markup_mode="markdown",
)
app.add_typer(demo_app)
app.add_typer(owners_app)
app.add_typer(upkeep_app)
app.add_typer(alerts_app)
app.add_typer(analyst_app)
app.add_typer(region_app)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "give a moment as YYYY-MM-DDTHH:MM:SS, with a time zone or in UTC"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _span(text: str) -> tuple[date, date]:
    first, separator, last = text.partition("..")
    try:
        span = month_end(first), month_end(last if separator else first)
    except ValueError:
        raise typer.BadParameter("give months as YYYY-MM..YYYY-MM") from None
    if span[0] > span[1]:
        raise typer.BadParameter("the first month comes after the last")
    return span


@app.callback()
def _root() -> None:
    """Barnet children's indicators: from the services' extracts to published figures."""


@app.command()
def run(
    data_dir: DataDir = None,
    as_at: Annotated[
        str | None, typer.Option(help="Day YYYY-MM-DD: only what was known then is used.")
    ] = None,
    received_by: Annotated[
        str | None,
        typer.Option(help="Ignore what was received after this moment.", metavar="TIMESTAMP"),
    ] = None,
    months: Annotated[
        str | None,
        typer.Option(
            help="First and last month of the figures (default: those of the extracts).",
            metavar="YYYY-MM..YYYY-MM",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Publish again even if nothing has changed, or landing has been emptied on purpose.",
        ),
    ] = False,
) -> None:
    """Run the nightly job once: take in what is new, transform, publish, report."""
    from orchestration.dagster.job import run_job
    from orchestration.night.errors import NothingPublished
    from orchestration.night.steps import Request, registry
    from orchestration.operator.summary import print_run_summary, print_unchanged
    from orchestration.registry.targets import agreed_targets

    request = Request(
        day(as_at) if as_at else datetime.now(UTC).date(),
        _moment(received_by) if received_by else None,
        even_if_unchanged=force,
        even_if_emptied=force,
        grid=_span(months) if months else None,
    )
    folder = data_folder(data_dir)
    try:
        agreed_targets(load_settings(folder.root).targets, registry())
        with bars() as show:
            outcome = run_job(folder, request, show)
    except ConfigurationError as error:
        tell_after_run(folder, str(error))
        raise stop(f"Wrong configuration, nothing touched: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        tell_after_run(folder, str(error))
        raise stop(
            f"Nothing published, the last good warehouse stays in place: {error}", NOTHING_PUBLISHED
        ) from None
    if isinstance(outcome, str):
        print_unchanged(console, folder, outcome)
    else:
        print_run_summary(console, folder, outcome)
    tell_after_run(folder)


@app.command()
def status(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is published, how old each source is and what needs attention."""
    from orchestration.operator.status import current_status, print_status
    from orchestration.region.folders import is_region

    folder = data_folder(data_dir)
    if is_region(folder):
        raise typer.Exit(ATTENTION if region_status(folder, as_json=as_json) else PUBLISHED)
    found = current_status(folder)
    if as_json:
        console.print_json(json.dumps(found.as_dict(), default=str))
    else:
        print_status(console, found)
    raise typer.Exit(ATTENTION if found.needs_attention else PUBLISHED)


@app.command()
def evidence(  # noqa: PLR0913 -- one for each option of the command
    indicator: Annotated[str, typer.Argument(help="Indicator id, for example referrals_rate.")],
    *,
    period: Annotated[str, typer.Option(help="Last day of the period, YYYY-MM-DD.")],
    by: By,
    data_dir: DataDir = None,
    area: Annotated[str | None, typer.Option(help="Area code (default: the home area).")] = None,
    basis: Annotated[
        str | None, typer.Option(help="Basis (default: the indicator's headline basis).")
    ] = None,
    identified: Annotated[
        bool,
        typer.Option(
            "--identified", help="Put the local ids of children and pupils back (restricted users)."
        ),
    ] = False,
) -> None:
    """Print the records behind one figure as CSV."""
    from orchestration.operator.evidence import EvidenceError, write_evidence

    folder, looks = data_folder(data_dir), by if identified else None
    try:
        write_evidence(folder, indicator, day(period), area, basis, looks)
    except EvidenceError as error:
        raise stop(str(error), WRONG_USAGE) from None


@app.command()
def accept(
    check: Annotated[
        str, typer.Argument(help="The failed check, for example annex_a.list_3.volume.")
    ],
    area: Annotated[str, typer.Option(help="Area code.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why the figures may be published all the same.")],
    until: Annotated[str, typer.Option(help="Last day of the release, YYYY-MM-DD.")],
    data_dir: DataDir = None,
) -> None:
    """Release what a failed table check holds, in the name of a person, up to a day."""
    from orchestration.checks.acceptance import NotAcceptable, accept_check
    from orchestration.ledger.ledger import Acceptance, now

    release = Acceptance(check, area, by.strip(), reason.strip(), day(until), now())
    try:
        accept_check(data_folder(data_dir), release)
    except NotAcceptable as error:
        raise stop(str(error), WRONG_USAGE) from None
    say(
        f"{check} is released for {area} up to {release.until}: "
        "the next run publishes what it holds."
    )


@app.command()
def audit(
    data_dir: DataDir = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
) -> None:
    """Print who ran, accepted, explained, looked at identified records, issued and removed, oldest first."""
    from orchestration.ledger.chain import is_begun
    from orchestration.ledger.ledger import Ledger
    from orchestration.operator.audit import print_trail, write_csv

    folder = data_folder(data_dir).ledger
    if not is_begun(folder):
        raise stop("Nothing has been done in this data folder yet", WRONG_USAGE)
    if as_csv:
        write_csv(Ledger(folder), sys.stdout)
    else:
        print_trail(console, Ledger(folder))


@app.command()
def report(
    by: By,
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
        done = render_again(data_folder(data_dir), edition, by if issue else None)
    except NotRendered as error:
        raise stop(f"No report written: {error}", NOTHING_PUBLISHED) from None
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
        say(line)


def main() -> None:
    """Entry point of the console script."""
    os.umask(PRIVATE_UMASK)
    try:
        app()
    except ConfigurationError as error:
        sys.exit(stop(f"Nothing done: {error}", WRONG_USAGE).exit_code)
    except Exception as error:  # noqa: BLE001 -- a traceback could hold a child's name
        sys.exit(stop(f"Nothing done: {_in_words(error)}", NOTHING_PUBLISHED).exit_code)


def _in_words(error: Exception) -> str:
    # Imported here: it loads what only a run needs.
    from orchestration.night.errors import NothingPublished, told_in_words

    try:
        with told_in_words():
            raise error
    except (NothingPublished, ConfigurationError) as told:
        return str(told)
