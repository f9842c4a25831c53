"""A build that does not fit in memory spills into the private folder and goes on: every model after it, too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orchestration.settings import DBT_FOLDER

RUN = """
import json, sys
from dbt.cli.main import dbtRunner
done = dbtRunner().invoke(["--log-level", "none", "run", "--project-dir", ".", "--profiles-dir", "."])
print(json.dumps({r.node.name: str(r.status) for r in done.result}))
"""
LARGE = "select range as i, hash(range) as h from range(3000000) order by h"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of large models under the shipped profile, with less memory than they take."""
    profile = yaml.safe_load((DBT_FOLDER / "profiles.yml").read_text())
    profile["cypp"]["outputs"]["nightly"]["config_options"]["memory_limit"] = "64MB"
    for name, text in (
        ("profiles.yml", yaml.safe_dump(profile)),
        ("dbt_project.yml", "{name: cypp, version: '1.0', profile: cypp, models: {+materialized: table}}"),
        ("models/first.sql", LARGE),
        ("models/second.sql", "select h, count(*) as n from {{ ref('first') }} group by h order by n"),
        ("models/third.sql", "select count(*) as n from {{ ref('second') }}"),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for folder in ("warehouse", ".work"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_models_after_the_first_spill_are_built(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=project, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout.splitlines()[-1]) == dict.fromkeys(
        ("first", "second", "third"), "success"
    )
