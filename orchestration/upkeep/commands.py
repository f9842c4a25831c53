"""`cypp verify`: commands that keep a deployment whole."""

from __future__ import annotations

import typer

from orchestration.settings import data_folder
from orchestration.terminal import NOTHING_PUBLISHED, PUBLISHED, DataDir, bars, say, stop

app = typer.Typer()


@app.command()
def verify(data_dir: DataDir = None) -> None:
    """Read archive, raw and ledger again and hold them to their hashes."""
    from filelock import Timeout

    from orchestration.upkeep.verify import verify as read_again

    try:
        with bars() as show:
            found = read_again(data_folder(data_dir), show)
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
