"""dbt's own commands work in `dbt_project/` without arguments, into a file that one can open afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DBT_FOLDER
from tests.dbt_compile import TELEMETRY_OFF
from tests.empty_project import Build

# One process for all of them: what takes dbt longest is to load.
RUN = """
from dbt.cli.main import dbtRunner
commands = (
    ["debug"], ["build", "--select", "+pop_referrals"], ["show", "--select", "pop_referrals"], ["docs", "generate"],
)
dbt = dbtRunner()
print("DONE", [dbt.invoke(command).success for command in commands])
"""


@pytest.mark.faults
def test_what_a_population_is_built_from_can_be_built_and_looked_at(
    project: Build, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(project.data, tmp_path / "data"))
    environment = {
        **os.environ, **TELEMETRY_OFF, "CYPP_DATA_DIR": str(data),
        "DBT_TARGET_PATH": str(tmp_path), "DBT_LOG_PATH": str(tmp_path),
    }  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=DBT_FOLDER, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip

    assert "DONE [True, True, True, True]" in done.stdout, done.stdout[-3000:] + done.stderr[-1000:]
    assert (tmp_path / "index.html").exists()
    with duckdb.connect(str(data / ".work" / "dev.duckdb"), read_only=True) as connection:
        assert connection.table("populations.pop_referrals").count("*").fetchone() == (0,)
