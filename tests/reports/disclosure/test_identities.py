"""Each class of identity tells what no other does: without it in the product, the outsider finds something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.registry.indicators import load_indicators
from orchestration.reports.disclosure.identities import EVERY_CLASS, Identities, IdentityClass
from orchestration.reports.release import identities_of
from tests.reports.conftest import Warehouse
from tests.reports.disclosure.packs import Packs, packs_of, workbook
from tests.reports.disclosure.stories import STORIES, write

KNOWN = identities_of(load_indicators())


@pytest.fixture
def story(
    printed: dict[str, str], tmp_path: Path
) -> Callable[[IdentityClass, frozenset[IdentityClass]], Packs]:
    """The packs of a class's story, printed by a product that knows of so many classes."""

    def _printed(of: IdentityClass, used: frozenset[IdentityClass]) -> Packs:
        builds = [
            write(pack, lambda: Warehouse(printed), tmp_path / f"{number}.duckdb")
            for number, pack in enumerate(STORIES[of])
        ]
        known = Identities(KNOWN.measures, KNOWN.part_of, KNOWN.apart, used)
        return packs_of(builds, known, tmp_path, workbook)

    return _printed


@pytest.mark.parametrize("identity", sorted(EVERY_CLASS))
def test_outsider_finds_what_the_product_does_not_know(
    identity: IdentityClass, story: Callable[..., Packs]
) -> None:
    judged = story(identity, EVERY_CLASS - {identity}).judged()
    assert judged["calculated"] + judged["narrowed"] + judged["means_that_tell"] > 0


@pytest.mark.parametrize("identity", sorted(EVERY_CLASS))
def test_outsider_finds_nothing_in_what_is_printed(
    identity: IdentityClass, story: Callable[..., Packs]
) -> None:
    judged = story(identity, EVERY_CLASS).judged()
    assert (judged["calculated"], judged["narrowed"], judged["means_that_tell"]) == (0, 0, 0)
    assert judged["withheld"] > 0


def test_every_class_has_its_story() -> None:
    assert set(STORIES) == EVERY_CLASS
