"""Where dbt keeps what it has parsed for a data folder. How it is invoked: `dagster/transformation.py`, `dbt_process.py`."""

from __future__ import annotations

import hashlib
import sysconfig
from pathlib import Path

from orchestration.settings import DBT_FOLDER, DataFolder

# `dbt_process.py`, as the installation put it beside this interpreter.
CYPP_DBT = Path(sysconfig.get_path("scripts")) / "cypp-dbt"


def target_folder(folder: DataFolder) -> Path:
    """dbt's working folder of a data folder; dagster-dbt begins it from the project's parsed state.

    One for each place that the project stands in: what dbt has parsed holds the paths of the seeds.
    """
    place = hashlib.sha256(str(DBT_FOLDER).encode()).hexdigest()[:8]
    return folder.work / f"dbt_target_{place}"
