"""`--help` shows each help text as it is written, and the commands that are shown to people can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from orchestration.checks.holds import holds_of
from orchestration.cli import app

BRACKETED = ("`[ledger]`", "[storage] archive", "[[targets]]", "[red]", "[NAME|SQL]", "`[/]`")


def commands(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below one, with the words that name it."""
    yield names, command
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, *names, name)


def shown(of: typer.Typer, *names: str) -> str:
    """What `--help` prints, without frames and line ends."""
    printed = CliRunner().invoke(of, [*names, "--help"], env={"COLUMNS": "300", "NO_COLOR": "1"})
    assert printed.exit_code == 0, printed.output
    return " ".join(printed.output.replace("\u2502", " ").split())


def written(text: str | None) -> str:
    """A help text as it should be shown: marks of code are."""
    return " ".join((text or "").replace("`", "").split())


ALL = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize(("names", "command"), ALL, ids=[" ".join(names) for names, _ in ALL])
def test_every_word_of_a_help_text_is_shown(names: tuple[str, ...], command: Any) -> None:
    said = shown(app, *names)
    for text in (command.help, *(getattr(one, "help", None) for one in command.params)):
        for sentence in written(text).split("\f"):
            assert sentence in said


@pytest.mark.parametrize("text", BRACKETED)
def test_what_is_in_brackets_is_shown(text: str) -> None:
    probe = typer.Typer(rich_markup_mode=app.rich_markup_mode)
    option: str = typer.Option("", help=f"As {text} has it.")

    @probe.command(help=f"Move it to where {text} says.")
    def move(to: str = option) -> None: ...

    said = shown(probe)
    assert f"Move it to where {written(text)} says." in said
    assert f"As {written(text)} has it." in said


@pytest.mark.parametrize("area", ["E09000003", "national"])
def test_command_that_releases_a_check_can_be_typed_once_it_is_filled_in(area: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_holds (area_code text, indicator_id text, check_id text, cause text,"
            " released_by text, since date)"
        )
        connection.execute(
            "create table marts.fct_dq_results as select 'error' as severity, false as passed, 'run' as status,"
            " ? as area_code, 'annex_a.list_3.volume' as check_id, 'annex_a' as source, 'list_3' as table_name,"
            " date '2025-03-31' as as_at_date, 'too few' as status_reason",
            [area],
        )
        (hold,) = holds_of(connection, [])
    assert hold.since == date(2025, 3, 31)
    _, command = hold.released_by.split("named person: ")
    _, *words = shlex.split(command.replace("TEXT", "'as agreed'").replace("DATE", "2026-12-31"))
    parsed = typer.main.get_command(app).commands["accept"].make_context("accept", words[1:])  # type: ignore[attr-defined]
    assert parsed.params["area"] == area
