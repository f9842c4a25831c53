"""The audit trail: what the ledger's events say of who did what, when, and with which version of the code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestration.ledger.chain import Event
from orchestration.signature import account, code_version


@dataclass(frozen=True)
class Act:
    """What a person or a run did."""

    number: int
    """The number of its event."""
    happened_at: datetime
    by: str
    """The name that was given, else the account's."""
    account: str
    act: str
    detail: dict[str, str]
    code_version: str


def signature() -> dict[str, str]:
    """What every act is entered with, whatever name was given."""
    return {"account": account(), "code_version": code_version()}


def act_of(event: Event) -> Act:
    """An event of the kinds act, run and attempt, as the trail shows it."""
    said = event.content
    if event.kind == "act":
        return Act(event.number, event.happened_at, **said)
    detail = {name: value for name, value in said["detail"].items() if value is not None}
    # Runs of version 0.2 have no account, and say the version of the code with their start.
    version, by = detail.pop("code_version", ""), said.get("account", "")
    return Act(
        event.number, event.happened_at, by, by, f"run {said['event']}",
        {"run": said["run_id"], **detail}, said.get("code_version", version),
    )  # fmt: skip
