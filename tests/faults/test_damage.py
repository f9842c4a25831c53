"""Nights on a data folder that has been damaged: no published figure changes without a word.

What the taking-in finds and mends: `tests/integration/test_damage.py`.
"""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from orchestration.intake.kept.partitions import ROOTS, partition_of
from orchestration.ledger.chain import LEDGER_FILE, Chain, Event
from orchestration.ledger.ledger import Ledger
from orchestration.night.steps import Request
from orchestration.settings import DataFolder
from orchestration.upkeep.verify import verify
from tests.commands import WITHOUT_DAGSTER, cypp
from tests.extracts import BARNET, CAMDEN
from tests.faults.numbered import numbers
from tests.nights import run_night
from tests.story import Story, content, query, send_again

pytestmark = pytest.mark.faults

FIGURES = """
    select indicator_id, area_code, basis, period_end, breakdown, breakdown_value, status, value, numerator, denominator
    from marts.fct_indicator_values
"""


def _figures(warehouse: Path) -> dict[tuple, tuple]:
    return {row[:6]: row[6:] for row in query(warehouse, FIGURES)}


def _flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _events(folder: DataFolder) -> list[Event]:
    kinds = ("fact", "submission", "run", "warehouse", "acceptance", "answer", "issued", "act")
    return Chain(folder.ledger).events(*kinds)


def _state_files(folder: DataFolder) -> dict[str, list[Path]]:
    """By kind the files that decide what is published, or are."""
    places = {
        "ledger": [folder.ledger], "archive": [folder.archive],
        "raw": [folder.root / root for root in ROOTS],
        "published": [folder.parquet.resolve(), folder.outputs.resolve()],
    }  # fmt: skip
    found = {
        kind: sorted(path for place in some for path in place.rglob("*") if path.is_file())
        for kind, some in places.items()
    }
    found["published"] += [folder.warehouse_file, folder.figures_file]
    # What dbt is told is written anew by every run.
    found["raw"] = [path for path in found["raw"] if path.parent != folder.raw / "run"]
    return found


def test_no_flipped_bit_changes_a_figure_in_silence(story: Story, tmp_path: Path) -> None:
    """`cypp verify` finds it, or nothing that is read has changed (a ledger's file has bytes without meaning)."""
    folder = DataFolder(story.second.copy(tmp_path / "data"))
    files, before = _state_files(folder), _events(folder)
    for number in numbers("CYPP_FLIPS", "1-200"):
        kind, chance = list(files)[number % len(files)], random.Random(f"flip {number}")
        path = chance.choice(files[kind])
        kept, mode = path.read_bytes(), path.stat().st_mode
        path.chmod(0o600)
        _flip(path, chance)
        if not verify(folder, lambda *_: None).damage:
            assert (number, path.name, _events(folder)) == (number, LEDGER_FILE, before)
        path.write_bytes(kept)
        path.chmod(mode)
    assert verify(folder, lambda *_: None).damage == []


def _lose(data: Path, area: str, source: str, month: str, kept: Path) -> None:
    """Lose an extract whole: what was read of it, its copy, and what was sent, which goes to `kept`."""
    landed = data / "landing" / area / source / month
    shutil.copytree(landed, kept)
    for place in (landed, data / "archive" / area / source / month):
        shutil.rmtree(place)
    folder = DataFolder(data)
    next(iter(partition_of(folder, Ledger(folder.ledger), source, area).paths())).unlink()


def test_flipped_bits_are_mended_by_the_night(story: Story, tmp_path: Path) -> None:
    data, chance = story.second.copy(tmp_path / "data"), random.Random(17)
    landed = {path.read_bytes() for path in (data / "landing").rglob("*") if path.is_file()}
    versions = [
        [path for path in folder.rglob("*") if path.is_file()]
        for folder in (data / "archive" / BARNET).glob("*/*/*")
    ]
    copies = [path for files in versions if {one.read_bytes() for one in files} <= landed for path in files]  # fmt: skip
    assert copies
    places = [data / "raw", data / "quality" / "results", data / "quality" / "issues"]
    # A copy is mended from landing, what was read from the copy: nothing is left where both have been damaged.
    read = [path for place in places for path in place.rglob(f"*{CAMDEN}*") if path.is_file()]
    for files in (copies, read):
        for path in chance.sample(sorted(files), min(len(files), 10)):
            _flip(path, chance)

    ran = cypp(data, "run", "--force", command=WITHOUT_DAGSTER)

    assert ran.status == 0
    assert content(data / "warehouse" / "warehouse.duckdb") == content(story.second.warehouse)
    assert cypp(data, "verify").status == 0


@pytest.mark.parametrize(
    ("area", "source", "month"),
    [("E09000003", "annex_a", "2024-12"), ("E09000003", "ssda903", "2025-03")],
)
def test_lost_extract_holds_the_figures_that_stand_on_it_until_it_is_back(
    story: Story, tmp_path: Path, area: str, source: str, month: str
) -> None:
    data = story.second.copy(tmp_path / "data")
    warehouse, before = data / "warehouse" / "warehouse.duckdb", _figures(story.second.warehouse)
    _lose(data, area, source, month, tmp_path / "kept")

    ran = cypp(data, "run", "--force", command=WITHOUT_DAGSTER)

    assert (ran.status, f"{source}." in ran.out, ".lost" in ran.out) == (0, True, True)
    after = _figures(warehouse)
    assert after.keys() == before.keys()
    held = [name for name in after if after[name][0] == "held" != before[name][0]]
    assert {name[1] for name in held} == {area}
    assert {n: after[n][1:] for n in held} == {n: before[n][1:] for n in held}
    others = after.keys() - held
    assert {n: after[n] for n in others} == {n: before[n] for n in others}

    shutil.copytree(tmp_path / "kept", data / "landing" / area / source / month)
    assert cypp(data, "run", "--force", command=WITHOUT_DAGSTER).status == 0
    assert _figures(warehouse) == before


def test_lost_national_file_publishes_nothing(story: Story, tmp_path: Path) -> None:
    data = story.second.copy(tmp_path / "data")
    [month] = (path.name for path in (data / "landing" / "national" / "population").iterdir())
    _lose(data, "national", "population", month, tmp_path / "kept")

    ran = cypp(data, "run", "--force", command=WITHOUT_DAGSTER)

    assert ran.status == 1
    assert f"what was read of national/population/{month} is lost" in " ".join(ran.err.split())
    assert content(data / "warehouse" / "warehouse.duckdb") == content(story.second.warehouse)


def test_night_after_the_clock_went_back_equals_the_undisturbed_one(
    story: Story, tmp_path: Path
) -> None:
    """Every correction of the second night is received at a moment before what it corrects."""
    folder = DataFolder(story.first.copy(tmp_path / "data"))
    send_again(folder.landing)
    first = min(receipt.happened_at for receipt in Ledger(folder.ledger).receipts())
    [(known_by,)] = query(story.second.warehouse, "select max(as_at) from marts.dim_runs")
    assert isinstance(known_by, date)

    with time_machine.travel(first - timedelta(hours=1)):
        run_night(folder, Request(known_by))

    assert datetime.now(UTC) > first
    receipts = Ledger(folder.ledger).receipts()
    assert receipts[-1].happened_at < first
    assert content(folder.warehouse_file) == content(story.second.warehouse)
