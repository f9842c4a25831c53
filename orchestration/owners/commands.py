"""`cypp owners` and `cypp forms`: spreadsheets out to people and back in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.settings import ConfigurationError, DataFolder, data_folder, load_settings
from orchestration.terminal import ATTENTION, PUBLISHED, WRONG_USAGE, By, DataDir, say, stop

app = typer.Typer()


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
        raise stop(f"No form written: {error}", WRONG_USAGE) from None
    for path, lines in written:
        say(f"{path}: {lines} lines")


def _write_templates(data: DataFolder, target: Path | None, month: str) -> None:
    from orchestration.intake.areas import dfe_codes
    from orchestration.intake.landing import areas_in
    from orchestration.night.steps import home_area
    from orchestration.owners.forms.templates import templates_folder, write_templates
    from orchestration.owners.forms.write import NoForms, month_end

    try:
        as_at = month_end(month)
        area = home_area(load_settings(data.root), areas_in(data.landing))
    except (NoForms, ConfigurationError) as error:
        raise stop(f"No template written: {error}", WRONG_USAGE) from None
    *files, readme = write_templates(
        target or templates_folder(data), as_at, dfe_codes().get(area, "")
    )
    say(f"{len(files)} empty files; {readme} says what each is for and where national files are.")


worklists = typer.Typer(help="The data owners' worklists out and back in.", no_args_is_help=True)
app.add_typer(worklists, name="owners")


@worklists.command("export")
def owners_export(by: By, data_dir: DataDir = None) -> None:
    """Write one worklist (XLSX) per owner into the data folder's quality/worklists."""
    from orchestration.owners.worklist import export_worklists

    folder = data_folder(data_dir)
    if not folder.warehouse_file.exists():
        raise stop("Nothing has been published yet: run `cypp run`", WRONG_USAGE)
    for path, cases in export_worklists(folder, by):
        say(f"{path}: {cases} cases")


@worklists.command("import")
def owners_import(
    file: Annotated[Path, typer.Argument(help="A filled worklist.", dir_okay=False)],
    by: By,
    data_dir: DataDir = None,
) -> None:
    """Read a filled worklist back: each line is applied or refused with a reason."""
    from orchestration.owners.answers import WorklistRefused, import_worklist

    try:
        results = import_worklist(data_folder(data_dir), file, datetime.now(UTC).date(), by)
    except (WorklistRefused, OSError) as error:
        said = str(error) if isinstance(error, WorklistRefused) else error.strerror
        raise stop(f"Nothing applied: {said}", WRONG_USAGE) from None
    for result in results:
        say(f"row {result.row}: {result.outcome}: {result.reason}")
    counts = {
        name: sum(r.outcome == name for r in results)
        for name in ("applied", "unchanged", "noted", "refused")
    }
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    raise typer.Exit(ATTENTION if counts["refused"] else PUBLISHED)
