"""`cypp query`: the cookbook's questions and one's own, as a table, CSV or chart."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.settings import data_folder
from orchestration.terminal import WRONG_USAGE, DataDir, console, say, stop

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()


@app.command()
def query(
    asked: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|SQL]",
            help="A question of the cookbook by its name, or a query in SQL. Without it, the list.",
        ),
    ] = None,
    data_dir: DataDir = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, all of them.")] = False,
    chart: Annotated[
        Path | None, typer.Option(help="Draw the rows into this file (.svg or .png).")
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows that the table shows.", min=1)] = 40,
) -> None:
    """Answer a question from the published warehouse: a table, or CSV, or a chart."""
    from orchestration.analyst.drawing import draw
    from orchestration.analyst.queries import NotAnswerable, answer, as_csv, cookbook

    if asked is None:
        for recipe in cookbook().values():
            say(f"{recipe.name:28} {recipe.question}")
        return
    try:
        found = answer(data_folder(data_dir), asked)
        if chart is not None:
            draw(found, chart)
            say(f"Drawn: {chart}")
    except NotAnswerable as error:
        raise stop(str(error), WRONG_USAGE) from None
    if csv:
        sys.stdout.write(as_csv(found))
    elif chart is None:
        _print(found, rows)


def _print(found: pd.DataFrame, most: int) -> None:
    from rich.table import Table

    table = Table(*found.columns)
    for row in found.head(most).itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    console.print(table, markup=False)
    if len(found) > most:
        say(f"{most} of {len(found)} rows; --csv prints all, --rows more.")


def _cell(value: object) -> str:
    """A value as a table shows it: nothing for none, a day without a time, numbers short."""
    import pandas as pd
    from rich.markup import escape

    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return escape(str(value))
