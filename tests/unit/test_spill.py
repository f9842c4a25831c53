"""A build that does not fit in memory spills into the private folder and goes on: every model after it, too."""

from __future__ import annotations

from pathlib import Path

import yaml

from orchestration.settings import DBT_FOLDER
from tests.small_project import run_project, write_project


def test_models_after_the_first_spill_are_built(tmp_path: Path) -> None:
    profile = yaml.safe_load((DBT_FOLDER / "profiles.yml").read_text())
    # Less than the models take.
    profile["cypp"]["outputs"]["nightly"]["config_options"]["memory_limit"] = "64MB"
    files = {
        "profiles.yml": yaml.safe_dump(profile),
        "models/first.sql": "select range as i, hash(range) as h from range(3000000) order by h",
        "models/second.sql": "select h, count(*) as n from {{ ref('first') }} group by h order by n",
        "models/third.sql": "select count(*) as n from {{ ref('second') }}",
    }
    write_project(tmp_path, files)
    for folder in ("warehouse", ".work"):
        (tmp_path / folder).mkdir()

    built = run_project(tmp_path)

    assert {name: status for name, (status, _) in built.items()} == dict.fromkeys(
        ("first", "second", "third"), "success"
    )
