"""Faults planted by a seed in a month of demo extracts: each is one case with the right owner and record.

Nothing is published here: extracts are taken in and checked, as the nightly job does first.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from expectations.owners import load_owners
from orchestration.demo import write_demo
from orchestration.settings import DataFolder
from tests.faults.asking import Planting, plant_in_social_care
from tests.faults.planter import Kind, Planter, kinds, undetected

pytestmark = pytest.mark.faults

SEED, EACH = 20250331, 3
AREA = "E09000003"


def _quiet(_step: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Planting:
    """Issues of the extracts as simulated, and of the same with faults planted in them."""
    root = tmp_path_factory.mktemp("planted")
    folder = DataFolder(root / "data")
    folder.create()
    write_demo(root / "demo", seed=1, months=1, last="2025-03", progress=_quiet)
    for source in ("annex_a", "ssda903", "cin_census"):
        shutil.copytree(root / "demo" / "landing" / AREA / source, folder.landing / AREA / source)
    return plant_in_social_care(folder, AREA, SEED, EACH)


def test_there_are_at_least_sixty_kinds_each_of_them_planted(found: Planting) -> None:
    planted = Counter(one.kind.kind for one in found.planted)
    assert len(planted) >= 60
    assert [k.kind for k in kinds() if not planted[k.kind]] == []


def test_each_planted_fault_is_one_case_by_its_rule(found: Planting) -> None:
    assert sorted(found.verdict.wrong.items()) == []


def test_no_clean_record_is_listed_and_what_was_listed_before_still_is(found: Planting) -> None:
    assert sorted(found.verdict.clean.items()) == []
    assert found.verdict.gone == []


def test_every_source_has_an_owner_for_its_cases(found: Planting) -> None:
    owners = {entry["source"]: entry["owner"] for entry in load_owners()}
    assert {one.kind.source for one in found.planted} <= {s for s, owner in owners.items() if owner}


def test_same_seed_plants_the_same(found: Planting, tmp_path: Path) -> None:
    write_demo(tmp_path, seed=1, months=1, last="2025-03", progress=_quiet)
    again = Planter(tmp_path / "landing" / AREA, SEED).plant(kinds()[:3], EACH, set())
    other = Planter(tmp_path / "landing" / AREA, SEED).plant(kinds()[:3], EACH, set())
    assert again == other and len(again) == 3 * EACH


def test_kinds_that_cannot_be_found_say_why() -> None:
    named = undetected()
    assert len({row["kind"] for row in named}) == len(named) > 10
    assert all(row["why"] for row in named)
    assert isinstance(kinds()[0], Kind) and len({k.kind for k in kinds()}) == len(kinds())
