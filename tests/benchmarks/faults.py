"""A thousand faults and more, planted by a seed in a month of demo extracts: how many are one case, how many are not."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.demo import write_demo
from orchestration.settings import DataFolder
from tests.extracts import BARNET
from tests.faults.asking import Planting, plant_in_education, plant_in_social_care
from tests.faults.education_extracts import write_education_extracts

SEED = 20250331
EACH = {"social care": 12, "education": 5}
SOCIAL_CARE = ("annex_a", "ssda903", "cin_census")


def _social_care(root: Path) -> Planting:
    folder = DataFolder(root / "data")
    folder.create()
    write_demo(root / "demo", seed=1, months=1, last="2025-03", progress=lambda *_: None)
    (folder.landing / BARNET).mkdir(parents=True)
    for source in SOCIAL_CARE:
        (root / "demo" / "landing" / BARNET / source).rename(folder.landing / BARNET / source)
    return plant_in_social_care(folder, BARNET, SEED, EACH["social care"])


def _education(root: Path) -> Planting:
    folder = DataFolder(root / "data")
    folder.create()
    write_education_extracts(root / "demo")
    return plant_in_education(folder, root / "demo", SEED, EACH["education"])


def score() -> Iterator[dict[str, Any]]:
    """A line for each half, then both together."""
    lines = []
    for name, plant in (("social care", _social_care), ("education", _education)):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as root:
            found = plant(Path(root))
        lines.append(
            {
                "case": f"Planted faults: {name}",
                "kinds": len({one.kind.kind for one in found.planted}),
                "planted": len(found.planted),
                "one_case": len(found.planted) - sum(found.verdict.wrong.values()),
                "clean_listed": sum(found.verdict.clean.values()),
                "said_before_and_gone": len(found.verdict.gone),
                "seconds": round(time.monotonic() - began, 1),
            }
        )
        yield lines[-1]
    numbers = [key for key in lines[0] if key != "case"]
    yield {"case": "Planted faults"} | {
        key: round(sum(line[key] for line in lines), 1) for key in numbers
    }
