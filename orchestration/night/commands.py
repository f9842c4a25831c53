"""`cypp demo`: invented extracts written into a data folder, or removed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.settings import (
    DEFAULT_HOME_AREA,
    ConfigurationError,
    DataFolder,
    data_folder,
)
from orchestration.terminal import NOTHING_PUBLISHED, WRONG_USAGE, By, DataDir, bars, say, stop

if TYPE_CHECKING:
    from orchestration.night.synthetic import Wanted

app = typer.Typer()


@app.command()
def demo(  # noqa: PLR0913 -- one for each option of the command
    *,
    by: By,
    data_dir: DataDir = None,
    seed: Annotated[
        int,
        typer.Option(
            help="The same seed always gives the same files; another seed gives another authority."
        ),
    ] = 1,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many monthly extracts.")] = 36,
    last: Annotated[
        str | None, typer.Option(help="Last month YYYY-MM (default: last month).")
    ] = None,
    areas: Annotated[
        int, typer.Option(min=1, max=33, help="How many authorities; London boroughs come first.")
    ] = 1,
    home: Annotated[
        str, typer.Option(help="The authority that it begins with; E06000017 is a tenth of Barnet.")
    ] = DEFAULT_HOME_AREA,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Only where nobody has put anything into landing.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the demo and all that came of it.")
    ] = False,
) -> None:
    """Write synthetic extracts in the real file formats into landing, or remove them."""
    from orchestration.night.errors import NothingPublished
    from orchestration.night.synthetic import Wanted, last_month

    folder, wanted = data_folder(data_dir), Wanted(last or last_month(), seed, months, areas, home)
    try:
        say(_removed(folder, by) if remove else _written(folder, wanted, if_empty))
    except ConfigurationError as error:
        raise stop(f"No demo written: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(f"Not done: {error}", NOTHING_PUBLISHED) from None


def _written(folder: DataFolder, wanted: Wanted, if_empty: bool) -> str:
    from orchestration.night.errors import told_in_words
    from orchestration.night.recovery import alone_in
    from orchestration.night.synthetic import is_untouched, write_extracts

    with bars() as show, told_in_words(), alone_in(folder) as ledger:
        if if_empty and not is_untouched(folder, ledger):
            return f"{folder.landing} has extracts already: no demo written."
        write_extracts(folder, ledger, wanted, show)
    return (
        f"Synthetic extracts of {wanted.areas} authority(ies) up to {wanted.last} are in {folder.landing};"
        " `cypp demo --remove` removes them."
    )


def _removed(folder: DataFolder, by: str) -> str:
    from orchestration.night.errors import told_in_words
    from orchestration.night.recovery import alone_in
    from orchestration.night.removal import remove_demo

    with told_in_words(), alone_in(folder) as ledger:
        gone = remove_demo(folder, ledger, by)
    if gone is None:
        return f"There is no demo in {folder.root}: nothing removed."
    others = (
        f" {gone.n_kept} file(s) that the demo had not written stay in landing."
        if gone.n_kept
        else ""
    )
    return (
        f"Removed the demo of {', '.join(gone.areas)}: {gone.n_extracts} extracts in landing, {gone.n_versions} versions"
        f" in archive, raw, quality and restricted, and all that {gone.n_runs} run(s) made of them: warehouse, reports,"
        f" worklists, issued packs, first reported values, issues.{others} settings.toml, the key and the authority's"
        " own national files stay."
    )
