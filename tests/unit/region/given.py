"""Three areas of a region, what they send, and a command about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.settings import DataFolder

BARNET, CAMDEN, ENFIELD = "E09000003", "E09000007", "E09000010"
AREAS = (BARNET, CAMDEN, ENFIELD)
KEY = "hmac.key"


def send(region: DataFolder, area: str, month: str, source: str = "annex_a") -> Path:
    """Put a file into landing."""
    place = region.landing / area / source / month
    place.mkdir(parents=True)
    (place / "list.csv").write_text(f"{area} {month}")
    return place


def key_file(folder: DataFolder) -> Path:
    return folder.restricted / KEY


def state(folder: DataFolder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.root.rglob("*")) if path.is_file()}


def cypp_said(folder: DataFolder, *words: str) -> tuple[Result, str]:
    """A command in this process, and what it said, in one line."""
    ran = CliRunner().invoke(app, [*words, "--data-dir", str(folder.root)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran, " ".join(ran.output.split())


def materialize(asset: Any, area: str | None, instance: dg.DagsterInstance) -> int:
    done = dg.materialize([asset], partition_key=area, instance=instance, raise_on_error=False)
    return 0 if done.success else 1


def damaged_ledger(own: DataFolder) -> None:
    (own.ledger / LEDGER_FILE).write_bytes(b"damaged")
