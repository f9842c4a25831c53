"""What `cypp region` says of the nights of its areas and of their union. These tests run no night."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from orchestration.ledger.events_in_sqlite import LEDGER_FILE
from orchestration.ledger.ledger import Ledger
from orchestration.region import commands, definitions
from orchestration.region.folders import (
    folder_of,
    key_of,
    prepare,
)
from orchestration.settings import DataFolder
from tests.unit.region.given import (
    AREAS,
    BARNET,
    CAMDEN,
    cypp_said,
    key_file,
    materialize,
)


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (-9, "half a line", "killed by signal 9"),
        (1, "take in ━━━ 3/3\nNothing published, the last good warehouse stays in place: no space: /x\n", "no space: /x"),
        (2, "Wrong configuration, nothing touched: settings.toml: gate: unknown\n", "settings.toml: gate: unknown"),
        (1, "a sentence without a colon", "a sentence without a colon"),
    ],
)  # fmt: skip
def test_what_a_run_says_last_is_why_it_published_nothing(
    status: int, error: str, told: str
) -> None:
    assert definitions._why(subprocess.CompletedProcess([], status, "said before", error)) == told


@pytest.mark.parametrize("error", ["", "Traceback (most recent call last)\n  x\nKeyError: 'SYN2020005'\n"])  # fmt: skip
def test_run_that_broke_off_is_told_without_a_value(error: str) -> None:
    said = definitions._why(subprocess.CompletedProcess([], 1, "SYN2020005", error))
    assert "broke off with status 1" in said
    assert "SYN2020005" not in said


def _open_key_of(region: DataFolder) -> None:
    key_of(region)
    key_file(region).chmod(0o644)


def _share_is_gone(region: DataFolder) -> None:
    region.landing.rename(region.root / "elsewhere")


def _ledger_is_damaged(region: DataFolder) -> None:
    region.create()
    (region.ledger / LEDGER_FILE).write_bytes(b"damaged")


def _wrong_settings(region: DataFolder) -> None:
    (region.root / "settings.toml").write_text("[gate]\nunknown = 1\n")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_open_key_of, "run `chmod 600"),
        (_share_is_gone, "landing is not there (is its share mounted?)"),
        (_ledger_is_damaged, "put back the folder ledger/ from a backup"),
        (_wrong_settings, "settings.toml: gate.unknown"),
    ],
)
def test_what_is_told_of_an_area_is_of_this_night(
    region: DataFolder,
    dagster: dg.DagsterInstance,
    spoil: Callable[[DataFolder], None],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: dict[str, int] = {}

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        if "region/warehouse" in words:
            status = materialize(definitions.region_warehouse, None, dagster)
        else:
            area = words[-1]
            status = ends.get(area) or materialize(definitions.area_warehouse, area, dagster)
        return subprocess.CompletedProcess(words, status)

    spoil(region)
    monkeypatch.setattr(subprocess, "run", run)
    first = {area: commands._night_of(area) for area in AREAS}
    assert [night.is_done for night in first.values()] == [False] * 3
    assert all(told in night.said for night in first.values()), first
    # The next night nobody comes as far as to say why.
    ends |= {BARNET: 1, CAMDEN: -9}
    again = {area: commands._night_of(area).said for area in AREAS}
    assert "Dagster could not start the run" in again[BARNET]
    assert "killed by signal 9" in again[CAMDEN]
    assert [told in said for said in again.values()] == [False, False, True]
    assert commands._make("region/warehouse").said != ""


@pytest.mark.parametrize(("event", "told"), [("published", "published"), ("unchanged", "nothing new")])  # fmt: skip
def test_what_a_night_that_ended_well_came_to_is_told(
    region: DataFolder,
    dagster: dg.DagsterInstance,
    event: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(words: list[Any], **_: Any) -> subprocess.CompletedProcess[str]:
        if words[0] == definitions.CYPP:
            Ledger(folder_of(region, CAMDEN).ledger).record_attempt(event, "r")
            return subprocess.CompletedProcess(words, 0, "", "")
        return subprocess.CompletedProcess(words, materialize(definitions.area_warehouse, CAMDEN, dagster))  # fmt: skip

    monkeypatch.setattr(subprocess, "run", run)
    assert commands._night_of(CAMDEN) == commands.Made(True, told)


@pytest.mark.parametrize(
    ("left_out", "is_gone", "status"), [((), False, 0), (("why",), False, 1), ((), True, 1)]
)
def test_region_ends_with_1_where_an_area_is_not_in_it_as_of_this_night(
    region: DataFolder,
    left_out: tuple[str, ...],
    is_gone: bool,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in commands._environment(region):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("DAGSTER_HOME")
    shares: list[str | None] = []

    def made(asset: str, area: str | None = None) -> commands.Made:
        shares.append(os.environ.get("CYPP_AT_ONCE"))
        return commands.Made(True, "")

    said_of = {
        "night": dg.MetadataValue.text("published"),
        "left_out": dg.MetadataValue.json(list(left_out)),
    }
    monkeypatch.setattr(commands, "_make", made)
    monkeypatch.setattr(commands, "_metadata", lambda *_: said_of)
    (region.landing / "E0900007").mkdir()
    prepare(region, CAMDEN)
    if is_gone:
        (region.landing / CAMDEN).rename(region.root / "elsewhere")
    ran, said = cypp_said(region, "region", "--at-once", "2")
    assert ran.exit_code == status
    assert "E0900007" in said
    assert (f"{CAMDEN} has no folder in landing any more" in said) == is_gone
    assert ("why" in said.split()) == bool(left_out)
    assert set(shares) == {"2"}
