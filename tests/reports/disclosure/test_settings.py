"""The pack of a small authority and the one after a correction, from extracts to files: the outsider finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.demo import write_demo
from orchestration.registry.indicators import load_indicators
from orchestration.reports.release import identities_of
from tests.benchmarks.disclosure import LAST, SEED, SMALL, built, correct
from tests.benchmarks.nights import silent
from tests.reports.disclosure.packs import packs_of, whole


@pytest.mark.attack
def test_small_authority_and_what_it_corrects(tmp_path: Path) -> None:
    """The other settings are in `python -m tests.benchmarks disclosure`."""
    root, month = tmp_path / "small", f"{LAST:%Y-%m}"
    write_demo(root, seed=SEED, months=18, last=month, home=SMALL, progress=silent)
    builds = [built(root, LAST)]
    correct(root / "landing" / SMALL, month)
    builds.append(built(root, LAST))

    judged = packs_of(builds, identities_of(load_indicators()), tmp_path, whole).judged()

    assert (judged["calculated"], judged["narrowed"], judged["means_that_tell"]) == (0, 0, 0)
    assert judged["withheld"] > 100
    assert judged["share_of_large_published"] >= 0.85
