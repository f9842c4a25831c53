"""`kill -9` at random moments of a night, under readers: none fails or sees two runs at once, and the next night is whole.

How often: CYPP_KILLS; every fifth time the night is one of Dagster and dbt, else their steps and statements alone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import CYPP, WITHOUT_DAGSTER, begin, cypp, finish
from tests.faults.polling import Seen, readers
from tests.story import Story, content, copy_data, run_ids, send_again

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("CYPP_KILLS", "5"))
KINDS = {"whole": CYPP, "steps": WITHOUT_DAGSTER}
EVERY_FIFTH = 5


def _begin(kind: str, data: Path) -> subprocess.Popen[str]:
    return begin((*KINDS[kind], "run", "--force", "--data-dir", str(data)))


@pytest.fixture(scope="module")
def before(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first night's folder with the second night's deliveries in landing."""
    folder = story.first.copy(tmp_path_factory.mktemp("before") / "data")
    send_again(folder / "landing")
    return folder


@pytest.fixture(scope="module")
def seconds(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """How long an undisturbed night of each kind takes here."""
    found = {}
    for kind in KINDS:
        data = copy_data(before, tmp_path_factory.mktemp(kind) / "data")
        began = time.monotonic()
        assert finish(_begin(kind, data)).status == 0
        found[kind] = time.monotonic() - began
    return found


def _moments(seconds: dict[str, float]) -> Iterator[tuple[str, float]]:
    """A kind of night, and when in it the process dies."""
    chance = random.Random(f"kills {KILLS}")
    for number in range(KILLS):
        kind = "steps" if number % EVERY_FIFTH else "whole"
        yield kind, chance.uniform(0, seconds[kind])


def test_nights_killed_at_random_moments_are_made_whole_by_the_next(
    story: Story, before: Path, seconds: dict[str, float], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    expected, reads = content(story.second.warehouse), 0
    for number, (kind, moment) in enumerate(_moments(seconds)):
        data = copy_data(before, tmp_path / f"data{number}")
        with readers(data, tmp_path / f"stop{number}", count=1) as seen:
            night = _begin(kind, data)
            time.sleep(moment)
            night.kill()
            died = finish(night).status
            served = run_ids(data / "warehouse" / "warehouse.duckdb")
            again = cypp(data, "run", command=WITHOUT_DAGSTER)
        reads += seen.reads
        told = f"kill {number + 1} of {KILLS}: {kind} after {moment:.1f} s (status {died}), {reads} reads so far"
        with capsys.disabled():
            sys.stdout.write(f"{told}\n")
        assert again.status == 0, f"{told}: {again.err}"
        assert len(served) == 1, told
        assert content(data / "warehouse" / "warehouse.duckdb") == expected, told
        _assert_never_mixed(seen, told)
        subprocess.run(("rm", "-rf", str(data)), check=True)
    assert reads > KILLS


def _assert_never_mixed(seen: Seen, told: str) -> None:
    assert seen.errors == [], told
    for surface in (seen.warehouse, seen.parquet):
        assert {len(ids) for ids in surface} == {1}, told
