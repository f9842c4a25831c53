"""`cypp alert`: send what is news, show what came, mark it as read."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.settings import ConfigurationError, DataFolder, data_folder
from orchestration.terminal import (
    NOTHING_PUBLISHED,
    PUBLISHED,
    WRONG_USAGE,
    DataDir,
    say,
    say_error,
    stop,
)

app = typer.Typer()


@app.command()
def alert(
    data_dir: DataDir = None,
    test: Annotated[
        bool,
        typer.Option(
            "--test", help="Send the alert of a failed night to whoever the settings name."
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Send what is news, as cron or a timer does: also no success in time."
        ),
    ] = False,
    read: Annotated[bool, typer.Option("--read", help="Mark what came as read.")] = False,
) -> None:
    """Show the alerts that nobody has marked as read; or send, test, mark."""
    from orchestration.night.errors import NothingPublished, told_in_words

    folder = data_folder(data_dir)
    try:
        with told_in_words():
            ended = _send(folder, is_test=test) if test or check else _show(folder, mark=read)
    except ConfigurationError as error:
        raise stop(f"No alert was sent, wrong configuration: {error}", WRONG_USAGE) from None
    except NothingPublished as error:
        raise stop(str(error), NOTHING_PUBLISHED) from None
    raise typer.Exit(ended)


def _send(folder: DataFolder, *, is_test: bool) -> int:
    from orchestration.alerts.tell import is_anybody_told, tell_test
    from orchestration.night.errors import NothingPublished
    from orchestration.region.alerts import tell_all

    if not folder.root.is_dir():
        raise NothingPublished(f"No alert was sent: the data folder is not there: {folder.root}")
    if not is_anybody_told(folder):
        raise ConfigurationError(
            "settings.toml has neither [alerts.mail] nor a command in [alerts]"
        )
    sent = tell_test(folder) if is_test else tell_all(folder)
    for one in sent:
        say(f"{one.way}: {one.problem or 'delivered'}")
        for text in one.matters.values():
            say(f"  {text}")
    if not sent:
        say("Nothing that has not been sent already.")
    return NOTHING_PUBLISHED if any(one.problem for one in sent) else PUBLISHED


def _show(folder: DataFolder, *, mark: bool) -> int:
    from orchestration.alerts.kept import kept, mark_read
    from orchestration.operator.nights import local
    from orchestration.signature import account

    unread = [one for one in kept(folder) if not one.is_read]
    for one in unread:
        came = f"not delivered: {one.problem}" if one.problem else "delivered"
        say(f"{local(one.happened_at)} {one.way}, {came}")
        for text in one.matters.values():
            say(f"  {text}")
    if mark and unread:
        mark_read(folder, account())
    say(f"{len(unread)} alert(s){' marked as read' if mark else ' unread'}.")
    return PUBLISHED


def tell_after_run(folder: DataFolder, failure: str | None = None) -> None:
    """Send the alerts of a run; whether that succeeds changes nothing about the run."""
    from orchestration.alerts.tell import tell
    from orchestration.night.errors import NothingPublished, told_in_words

    try:
        with told_in_words():
            problems = [f"{one.way}: {one.problem}" for one in tell(folder, failure) if one.problem]
    except (ConfigurationError, NothingPublished) as error:
        problems = [str(error)]
    for problem in problems:
        say_error(f"No alert was sent: {problem}")
