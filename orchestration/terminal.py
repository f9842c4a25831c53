"""What every command shares: the terminal, its two streams, progress bars, exit statuses and common options."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date
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

from orchestration.signature import account


def _named(name: str) -> str:
    """The name of a person without blanks around it; raises BadParameter where it says nothing."""
    if not name.strip():
        raise typer.BadParameter("give the name of a person")
    return name.strip()


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="The data folder (default: CYPP_DATA_DIR, else data/ of the checkout; where cypp is installed"
        " from a wheel, data/ of the working folder).",
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by", help="Who does this, for the audit trail.",
        default_factory=account, show_default="the account's name", callback=_named,
    ),
]  # fmt: skip
console = Console()
_errors = Console(stderr=True)
STANDARD_ERROR = 2
PUBLISHED, NOTHING_PUBLISHED, WRONG_USAGE, ATTENTION = 0, 1, 2, 3


def say(text: str) -> None:
    """Print a line as it is, not broken at the terminal's edge."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def say_error(text: str) -> None:
    """Print a line on standard error."""
    _errors.print(text, markup=False, highlight=False, soft_wrap=True)


def stop(text: str, status: int) -> typer.Exit:
    """Say on standard error why a command ends; returns what to raise."""
    say_error(text)
    return typer.Exit(status)


def day(text: str) -> date:
    """A day given as an option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("give a day as YYYY-MM-DD") from None


@contextmanager
def bars() -> Generator[Callable[[str, int, int], None]]:
    """Show one bar per step on standard error; call with the step, what is done and the total."""
    columns = (
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # A terminal of its own: while steps run, Dagster keeps what they print on the usual one.
    terminal = os.fdopen(os.dup(STANDARD_ERROR), "w", encoding="utf-8")
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(file=terminal)) as progress:

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield show
