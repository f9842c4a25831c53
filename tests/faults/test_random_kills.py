"""`kill -9` at random moments of a night, under a reader: it never fails or sees two runs at once, and the next night is whole.

Which: `make kills KILLS=1-20`. Every fifth is a night of Dagster and dbt, the others are their steps and statements alone.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.commands import CYPP, WITHOUT_DAGSTER, begin, cypp, finish
from tests.faults.numbered import numbers
from tests.faults.polling import readers
from tests.story import Story, content, copy_data, run_ids, send_again

pytestmark = pytest.mark.faults

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
def seconds(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], float]:
    """How long an undisturbed night of a kind takes here."""

    @cache
    def found(kind: str) -> float:
        data = copy_data(before, tmp_path_factory.mktemp(kind) / "data")
        began = time.monotonic()
        assert finish(_begin(kind, data)).status == 0
        return time.monotonic() - began

    return found


@pytest.mark.parametrize("number", numbers("CYPP_KILLS", "1-5"))
def test_nights_killed_at_random_moments_are_made_whole_by_the_next(
    story: Story, before: Path, seconds: Callable[[str], float], tmp_path: Path, number: int
) -> None:
    kind = "steps" if number % EVERY_FIFTH else "whole"
    moment = random.Random(f"kill {number}").uniform(0, seconds(kind))
    data = copy_data(before, tmp_path / "data")
    warehouse = data / "warehouse" / "warehouse.duckdb"
    with readers(data, tmp_path / "stop", count=1) as seen:
        night = _begin(kind, data)
        time.sleep(moment)
        night.kill()
        finish(night)
        assert len(run_ids(warehouse)) == 1
        again = cypp(data, "run", command=WITHOUT_DAGSTER)
    told = f"killed after {moment:.1f} s"
    assert (again.status, seen.errors) == (0, []), f"{told}: {again.err}"
    assert content(warehouse) == content(story.second.warehouse), told
    assert seen.reads > 1
    for surface in (seen.warehouse, seen.parquet):
        assert {len(ids) for ids in surface} == {1}, told
    subprocess.run(("rm", "-rf", str(data)), check=True)
